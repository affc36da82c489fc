// The page acts through the same interfaces as a scripted cast: /slack/human and Jira's REST.
"use strict";

const POLL_MILLISECONDS = 700;
const body = document.body;
let revision = null;
let busy = false;
let pressed = false;

async function call(method, path, content, headers) {
  const reply = await fetch(path, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: content === undefined ? undefined : JSON.stringify(content),
  });
  const text = await reply.text();
  return { ok: reply.ok, status: reply.status, content: text ? JSON.parse(text) : {} };
}

function human(path, content) {
  return call("POST", `/slack/human${path}`, content, { Authorization: `Bearer ${body.dataset.slackToken}` });
}

function jira(method, path, content) {
  return call(method, `/jira/rest/api/2/${path}`, content, { Authorization: `Basic ${btoa(body.dataset.jiraLogin)}` });
}

function say(message, bad) {
  const line = document.createElement("p");
  line.textContent = message;
  line.className = bad ? "bad" : "";
  document.getElementById("toast").append(line);
  setTimeout(() => line.remove(), 5000);
}

function tell(answer) {
  const content = answer.content;
  if (!answer.ok) {
    const fields = Object.entries(content.errors || {}).map(([name, text]) => `${name}: ${text}`);
    say(content.message || [...(content.errorMessages || []), ...fields].join(" ") || `Refused (${answer.status})`, true);
  } else if (content.result === "failed" || (content.result === "not_sent" && content.message)) {
    say(content.message, true);
  }
}

async function doing(control, work) {
  if (control) control.disabled = true;
  try {
    tell(await work());
  } finally {
    if (control) control.disabled = false;
  }
  await refresh(true);
}

function messageOf(element) {
  return element.closest("[data-ts]");
}

function act(control, value) {
  if (control.dataset.confirm && !window.confirm(control.dataset.confirm)) return;
  const message = messageOf(control);
  const view = control.closest("form.modal");
  const place = view ? { view_id: view.dataset.view, values: filled(view) } : { channel: message.dataset.channel, ts: message.dataset.ts };
  const wish = { ...place, action_id: control.dataset.action, block_id: control.dataset.block || null, value };
  doing(control, () => human("/actions", wish));
  if (control.dataset.url) window.open(control.dataset.url, "_blank", "noopener");
}

function filled(form) {
  const values = {};
  for (const field of form.querySelectorAll("[name]")) {
    if ((field.type === "checkbox" || field.type === "radio") && !field.checked) continue;
    if (field.type === "file") {
      if (field.dataset.given) values[field.name] = field.dataset.given.split(" ");
      continue;
    }
    if (field.value === "" || field.disabled) continue;
    const value = field.type === "datetime-local" ? Math.floor(new Date(field.value).getTime() / 1000) : field.value;
    if ("many" in field.dataset) (values[field.name] ||= []).push(value);
    else values[field.name] = value;
  }
  return values;
}

async function give(field) {
  const send = field.form.querySelector("button.primary");
  const given = [];
  send.disabled = true;
  for (const file of field.files) {
    const headers = { Authorization: `Bearer ${body.dataset.slackToken}`, "Content-Type": file.type || "application/octet-stream" };
    const reply = await fetch(`/slack/human/files?name=${encodeURIComponent(file.name)}`, { method: "POST", headers, body: file });
    const content = await reply.json();
    if (reply.ok) given.push(content.id);
    else say(content.message, true);
  }
  field.dataset.given = given.join(" ");
  field.nextElementSibling.textContent = given.length ? "Uploaded" : "";
  send.disabled = false;
}

async function attach(field) {
  const { issue } = field.dataset;
  const sent = new FormData();
  for (const file of field.files) sent.append("file", file, file.name);
  const headers = { Authorization: `Basic ${btoa(body.dataset.jiraLogin)}`, "X-Atlassian-Token": "no-check" };
  field.value = "";
  const reply = await fetch(`/jira/rest/api/2/issue/${issue}/attachments`, { method: "POST", headers, body: sent });
  return { ok: reply.ok, status: reply.status, content: await reply.json() };
}

function fillInstants(root) {
  for (const field of root.querySelectorAll("[data-instant]")) {
    if (!field.dataset.instant || field.value) continue;
    const moment = new Date(Number(field.dataset.instant) * 1000);
    field.value = new Date(moment.getTime() - moment.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
  }
}

function replyBox(button) {
  const message = messageOf(button);
  if (message.querySelector(".reply-box")) return;
  const form = document.createElement("form");
  form.className = "reply-box";
  form.innerHTML = '<input type="text" name="text" placeholder="Reply" aria-label="Reply"><button class="primary">Send</button>';
  message.querySelector(".body").append(form);
  form.querySelector("input").focus();
}

function move(button) {
  const fields = "done" in button.dataset ? { resolution: { name: button.parentElement.querySelector("select").value } } : {};
  const content = { transition: { id: button.dataset.move }, fields };
  doing(button, () => jira("POST", `issue/${button.closest("[data-issue]").dataset.issue}/transitions`, content));
}

const CLICKS = [
  ["button[data-action]", (button) => act(button, null)],
  ["[data-react]", (button) => {
    const { channel, ts } = messageOf(button).dataset;
    doing(button, () => human("/reactions", { channel, ts, name: button.dataset.react }));
  }],
  ["[data-pin]", (button) => {
    const { channel, ts } = messageOf(button).dataset;
    doing(button, () => human("/pins", { channel, ts }));
  }],
  ["[data-reply]", replyBox],
  ["[data-join]", (button) => doing(button, () => human(`/channels/${button.dataset.join}/members`, {}))],
  ["[data-close]", (button) => doing(button, () => human(`/modals/${button.closest("form").dataset.view}/close`, {}))],
  ["[data-move]", move],
  ["[data-remove]", (button) => doing(button, () => jira("DELETE", `attachment/${button.dataset.remove}`))],
  ["button[data-pane]", (button) => { body.dataset.pane = button.dataset.pane; }],
  ["[data-fail]", (button) => doing(button, () => call("POST", `/page/fail/${button.dataset.fail}`, {}))],
  ["[data-lift]", (button) => doing(button, () => call("DELETE", `/faults/${button.dataset.lift}`))],
];

document.addEventListener("click", (event) => {
  for (const [selector, work] of CLICKS) {
    const target = event.target.closest(selector);
    if (target) {
      event.preventDefault();
      work(target);
      return;
    }
  }
});

document.addEventListener("change", async (event) => {
  const target = event.target;
  if (target.id === "person") {
    await call("POST", `/page/become/${target.value}`, {});
    window.location.reload();
  } else if (target.id === "assignee") {
    const key = body.dataset.cloud === "yes" ? "accountId" : "name";
    doing(target, () => jira("PUT", `issue/${target.dataset.issue}/assignee`, { [key]: target.value || null }));
  } else if (target.id === "attach") {
    doing(target, () => attach(target));
  } else if (target.matches("select[data-action], input[data-action]") && target.value) {
    act(target, target.value);
  } else if (target.matches("form.modal input[type=file]")) {
    give(target);
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  event.preventDefault();
  const send = form.querySelector("button.primary");
  if (form.id === "composer") {
    const text = form.text.value.trim();
    const channel = form.dataset.channel;
    form.reset();
    if (!text) return;
    const [command, ...rest] = text.split(" ");
    const wish = text.startsWith("/") ? ["/commands", { channel, command, text: rest.join(" ") }] : ["/messages", { channel, text }];
    doing(send, () => human(...wish));
  } else if (form.className === "reply-box") {
    const { channel, ts } = messageOf(form).dataset;
    const text = form.text.value.trim();
    form.remove();
    if (text) doing(null, () => human("/messages", { channel, text, thread_ts: ts }));
  } else if (form.id === "comment") {
    const text = form.body.value.trim();
    form.reset();
    if (text) doing(send, () => jira("POST", `issue/${form.dataset.issue}/comment`, { body: text }));
  } else if (form.id === "breaker") {
    const fault = { kind: form.kind.value, match: form.match.value, count: Number(form.count.value), after_commit: form.after_commit.checked };
    fault.label = `${form.match.selectedOptions[0].text}: ${form.kind.selectedOptions[0].text}`;
    doing(send, () => call("POST", "/faults", fault));
  } else if (form.className === "modal") {
    doing(send, () => human(`/modals/${form.dataset.view}/submit`, { values: filled(form) }));
  }
});

function keepTyping(part) {
  const active = document.activeElement;
  const typing = part.contains(active) && active.matches("input, textarea, select") && (active.value !== "" || active.matches("select"));
  return typing || part.querySelector(".reply-box") !== null;
}

function choosing(panel) {
  const active = document.activeElement;
  return panel.querySelector("#breaker").contains(active) && active.matches("select, input");
}

function swap(fresh, id, force) {
  const old = document.getElementById(id);
  const next = fresh.getElementById(id);
  if (!next || old.innerHTML === next.innerHTML) return;
  if (id === "modal") {
    const mark = (root) => root.querySelector("[data-mark]")?.dataset.mark;
    if (mark(old) === mark(next)) return;
    const values = old.querySelector("form") ? filled(old.querySelector("form")) : {};
    const same = old.querySelector("form")?.dataset.view === next.querySelector("form")?.dataset.view;
    old.innerHTML = next.innerHTML;
    if (same) restore(old, values);
    fillInstants(old);
    old.querySelector("[name]")?.focus();
    return;
  }
  if (!force && id === "main" && keepTyping(old)) return;
  if (id === "panel" && choosing(old)) return;
  const draft = old.querySelector("#composer input")?.value;
  const opened = old.querySelector("#other")?.open;
  const atEnd = old.scrollHeight - old.scrollTop - old.clientHeight < 80;
  old.innerHTML = next.innerHTML;
  if (opened) old.querySelector("#other").open = true;
  if (draft) old.querySelector("#composer input").value = draft;
  if (id === "main" && atEnd && old.querySelector(".stream")) old.scrollTop = old.scrollHeight;
}

function restore(root, values) {
  for (const field of root.querySelectorAll("[name]")) {
    const value = values[field.name];
    if (value === undefined) continue;
    if (field.type === "file") {
      field.dataset.given = value.join(" ");
      field.nextElementSibling.textContent = "Uploaded";
    } else if (field.type === "checkbox" || field.type === "radio") field.checked = [value].flat().includes(field.value);
    else if (field.type !== "datetime-local") field.value = value;
  }
}

async function refresh(force) {
  const latest = (await call("GET", "/page/revision")).content.revision;
  if (latest === revision) return;
  const text = await (await fetch(window.location.href)).text();
  if (pressed && !force) return; // what is exchanged under a finger takes no click; the next round shows it
  revision = latest;
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const id of ["side", "main", "panel", "modal"]) swap(fresh, id, force);
  document.querySelector(".clock").textContent = fresh.querySelector(".clock").textContent;
}

async function watch() {
  if (!busy && !document.hidden) {
    busy = true;
    try {
      await refresh(false);
    } catch {
      // the sandbox is away: the next round may find it back
    } finally {
      busy = false;
    }
  }
  setTimeout(watch, POLL_MILLISECONDS);
}

document.addEventListener("pointerdown", () => (pressed = true), true);
for (const over of ["pointerup", "pointercancel"]) {
  document.addEventListener(over, () => setTimeout(() => (pressed = false)), true);
}
fillInstants(document);
const main = document.getElementById("main");
if (!window.location.hash && main.querySelector(".stream")) main.scrollTop = main.scrollHeight;
watch();
