"""What answers each Web API method, by family; `catalog` names them all."""
