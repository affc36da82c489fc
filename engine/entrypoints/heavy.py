"""What a worker of a Prefect work pool runs: `act` carries out one heavy action of one incident.

The worker's environment says where the ledger is, as an engine's does; Prefect says which incident, effect and attempt.
"""

from engine.bootstrap.errand import carry
from engine.runtime.prefect.heavy import heavy_flow

act = heavy_flow(carry)
