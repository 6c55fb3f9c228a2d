// The live page: places with their current values, and the alerts as they change.
"use strict";

const words = {
  zh: {
    alerts: "报警", places: "场所与读数", none: "没有未处理的报警。", search: "查找场所、设备或测点", ack: "确认", close: "关闭", reset: "复位", answer: "应答截止", responsible: "负责", latched: "待复位", shelved: "搁置至", until: "至",
    suppressed: { inhibited: "被抑制", maintenance: "维护中", silenced: "已静默", damped: "抖动抑制", away: "家中无人",
      "out-of-service": "停用" },
    acknowledged: "已确认", cleared: "已恢复", since: "自", by: "由", devices: "设备在线", silent: "失联", rate: "消息/秒",
    unassigned: "待认领", connected: "已连接", lost: "与服务的连接已断开，正在重试…", never: "未收到",
    priority: { critical: "紧急", high: "高", medium: "中", low: "低" },
    reasons: { "clock": "时钟", "retained": "保留消息", "substituted": "替代值", "low-battery": "电量低",
      "out-of-range": "超量程", "not-a-number": "非数值", "sensor-fault": "传感器故障", "undecodable": "无法解析",
      "stuck": "卡死", "silent": "失联" },
  },
  en: {
    alerts: "Alerts", places: "Places and readings", none: "No open alerts.", search: "Find a place, device or point",
    ack: "Acknowledge", close: "Close", reset: "Reset", answer: "answer by", responsible: "responsible",
    latched: "latched", shelved: "shelved until", until: "until",
    suppressed: { damped: "comes and goes", away: "nobody at home", "out-of-service": "out of service" }, acknowledged: "acknowledged", cleared: "cleared", since: "since", by: "by",
    devices: "devices online", silent: "silent", rate: "messages/s", unassigned: "unassigned", connected: "connected",
    lost: "Connection to the service lost, trying again…", never: "never heard",
    priority: { critical: "critical", high: "high", medium: "medium", low: "low" }, reasons: {},
  },
};

const state = {
  language: localStorage.getItem("language") || ((navigator.language || "zh").startsWith("zh") ? "zh" : "en"),
  places: new Map(), points: new Map(), alerts: new Map(), status: null, version: 0, lost: false, filter: "", wanted: "",
};
const $ = (id) => document.getElementById(id);
const word = (key) => words[state.language][key];
const text = (value) => (value && typeof value === "object" ? value[state.language] : value) || "";

function element(tag, className, content) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (content !== undefined) node.textContent = content;
  return node;
}

async function get(path) {
  const response = await fetch(path, { headers: { Accept: "application/json" } });
  if (response.status === 401) { location.href = `/sign-in${location.hash}`; throw new Error("signed out"); }
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

// What is not of today comes with its day.
function time(value) {
  if (!value) return "";
  const at = new Date(value);
  const locale = state.language === "zh" ? "zh-CN" : "en-GB";
  const day = at.toDateString() === new Date().toDateString() ? ""
    : `${at.toLocaleDateString(locale, { day: "numeric", month: "short" })} `;
  return day + at.toLocaleTimeString(locale);
}

function number(value) {
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Math.round(value * 100) / 100);
}

const unitNames = { Cel: "°C", "[ppm]": "ppm", m3: "m³", "kW.h": "kWh", "dB[SPL]": "dB", "ug/m3": "µg/m³", "1": "" };

function placeName(path) {
  const names = [];
  for (let step = path; step; step = step.slice(0, Math.max(0, step.lastIndexOf("/")))) {
    const place = state.places.get(step);
    if (place && !["district", "street"].includes(place.level)) names.unshift(text(place.name));
  }
  return names.join(" · ") || path;
}

async function act(id, action) {
  await fetch(`/api/v1/alerts/${encodeURIComponent(id)}/actions`, {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ action, by: "console" }),
  });
  await loadAlerts();
}

function alertCard(alert) {
  const marks = `${alert.active ? "" : " cleared"}${alert.id === state.wanted ? " wanted" : ""}`;
  const card = element("li", `alert ${alert.priority}${marks}`);
  const top = element("div", "top");
  top.append(element("span", "badge priority", word("priority")[alert.priority]), element("span", "title", alert.title));
  top.append(element("span", "state", time(alert.raised_at)));
  card.append(top, element("div", "where", `${placeName(alert.place)} — ${alert.subject}`));
  const notes = [];
  if (alert.value !== null && alert.unit) {
    notes.push(`${number(alert.value)} ${unitNames[alert.unit] ?? alert.unit}`.trim());
  }
  if (!alert.active) notes.push(`${word("cleared")} ${time(alert.cleared_at)}`);
  if (alert.acknowledged) notes.push(`${word("acknowledged")} ${alert.acknowledged_by || ""}`.trim());
  if (alert.assigned_to) notes.push(`→ ${alert.assigned_to}`);
  if (alert.responsible) notes.push([word("responsible"), alert.responsible.unit, ...alert.responsible.people].join(" "));
  if (alert.answer_due) notes.push(`${word("answer")} ${time(alert.answer_due)}`);
  if (alert.latched) notes.push(word("latched"));
  if (alert.shelved_until) notes.push(`${word("shelved")} ${time(alert.shelved_until)}`);
  if (alert.suppressed) {
    const until = alert.suppressed_until ? `${word("until")} ${time(alert.suppressed_until)}` : "";
    const kind = word("suppressed")[alert.suppressed] || alert.suppressed;
    const why = alert.suppressed_reason ? `“${alert.suppressed_reason}”` : "";
    notes.push([kind, until, alert.suppressed_who, why].filter(Boolean).join(" "));
  }
  if (notes.length) card.append(element("div", "state", notes.join(" · ")));
  if (alert.advice) card.append(element("div", "state", alert.advice));
  const actions = element("div", "actions");
  for (const action of [!alert.acknowledged && "ack", !alert.active && (alert.latched ? "reset" : "close")].filter(Boolean)) {
    const button = element("button", "", word(action));
    button.type = "button";
    button.onclick = () => act(alert.id, action);
    actions.append(button);
  }
  card.append(actions);
  return card;
}

const ranks = ["critical", "high", "medium", "low"];

function drawAlerts() {
  const open = [...state.alerts.values()].filter((alert) => !alert.closed_at);
  open.sort((a, b) => b.active - a.active || ranks.indexOf(a.priority) - ranks.indexOf(b.priority)
    || b.raised_at.localeCompare(a.raised_at));
  $("alerts-title").textContent = `${word("alerts")} (${open.filter((alert) => alert.active).length})`;
  $("alert-list").replaceChildren(...open.slice(0, 200).map(alertCard));
  $("no-alerts").hidden = open.length > 0;
  $("no-alerts").textContent = word("none");
  drawPlaces();
}

function drawPoint(cell, point) {
  cell.className = `point ${point.quality}${cell.dataset.version && cell.dataset.version !== String(point.version) ? " fresh" : ""}`;
  cell.dataset.version = point.version;
  const value = element("div", "value");
  if (point.at === null) value.append(element("small", "", word("never")));
  else {
    value.append(point.text ?? (point.value === null ? "–" : number(point.value)));
    if (point.text === null) value.append(" ", element("small", "", unitNames[point.unit] ?? point.unit));
    if (point.reason) value.append(" ", element("small", "", `(${word("reasons")[point.reason] || point.reason})`));
  }
  cell.replaceChildren(element("div", "label", point.point), value);
  cell.title = `${point.point} ${time(point.at)}`;
}

const rooms = new Map(); // place path → {details, cells, points}

function drawPlaces() {
  $("places-title").textContent = word("places");
  $("search").placeholder = word("search");
  const counts = new Map();
  for (const alert of state.alerts.values()) {
    if (alert.active && !alert.closed_at) counts.set(alert.place, (counts.get(alert.place) || 0) + 1);
  }
  for (const point of state.points.values()) {
    let room = rooms.get(point.place);
    if (!room) {
      const details = element("details");
      const head = element("summary");
      room = { details, head, cells: new Map(), grid: element("div", "points"), path: point.place };
      details.append(head, room.grid);
      rooms.set(point.place, room);
      const after = [...rooms.values()].filter((other) => other.path > room.path)
        .sort((a, b) => (a.path < b.path ? -1 : 1))[0];
      $("place-list").insertBefore(details, after ? after.details : null);
    }
    let cell = room.cells.get(point.point);
    if (!cell) {
      cell = element("div", "point");
      room.cells.set(point.point, cell);
      room.grid.append(cell);
    }
    if (cell.dataset.version !== String(point.version) || cell.dataset.language !== state.language) drawPoint(cell, point);
    cell.dataset.language = state.language;
  }
  for (const room of rooms.values()) {
    const count = counts.get(room.path) || 0;
    room.head.replaceChildren(
      element("span", "name", placeName(room.path)), element("span", "path", room.path),
      element("span", "count", count ? `● ${count}` : ""));
    if (count && !room.opened) { room.details.open = true; room.opened = true; }
    const found = !state.filter || `${placeName(room.path)} ${room.path} ${[...room.cells.keys()].join(" ")}`
      .toLowerCase().includes(state.filter);
    room.details.hidden = !found;
  }
}

function drawStatus() {
  const status = state.status;
  if (!status) return;
  const parts = [];
  const add = (value, label) => {
    const part = element("span");
    part.append(element("b", "", value), ` ${label}`);
    parts.push(part);
  };
  for (const broker of status.brokers) add(broker.id, broker.connected ? word("connected") : broker.state);
  add(`${status.devices.online}/${status.devices.total}`, word("devices"));
  if (status.devices.silent) add(status.devices.silent, word("silent"));
  if (status.devices.unassigned) add(status.devices.unassigned, word("unassigned"));
  add(number(status.messages.per_second), word("rate"));
  $("summary").replaceChildren(...parts);
  const troubles = [...(state.lost ? [word("lost")] : []), ...status.troubles];
  $("trouble").hidden = troubles.length === 0;
  $("trouble").textContent = troubles.join("\n");
}

function draw() {
  document.documentElement.lang = state.language;
  $("language").textContent = state.language === "zh" ? "EN" : "中文";
  drawAlerts();
  drawStatus();
}

async function loadAlerts() {
  state.alerts = new Map((await get(`/api/v1/alerts?lang=${state.language}`)).map((alert) => [alert.id, alert]));
  drawAlerts();
}

async function poll() {
  try {
    const changed = await get(`/api/v1/points?changed_since=${state.version}`);
    for (const point of changed) {
      state.points.set(point.point, point);
      state.version = Math.max(state.version, point.version || 0);
    }
    state.status = await get(`/api/v1/status?lang=${state.language}`);
    if (state.lost) { state.lost = false; state.version = 0; await loadAlerts(); }
    drawPlaces();
  } catch { state.lost = true; }
  drawStatus();
  $("clock").textContent = time(Date.now());
  setTimeout(poll, document.hidden ? 5000 : 1000);
}

let source = null;

function listen() {
  source?.close();
  source = new EventSource(`/api/v1/events?lang=${state.language}`);
  for (const kind of ["raised", "cleared", "acknowledged", "assigned", "commented", "shelved", "unshelved", "closed",
    "escalated", "repeated", "realarmed", "suppressed", "released", "reset", "ordered"]) {
    source.addEventListener(kind, (event) => {
      const alert = JSON.parse(event.data);
      state.alerts.set(alert.id, alert);
      drawAlerts();
    });
  }
}

$("language").onclick = () => {
  state.language = state.language === "zh" ? "en" : "zh";
  localStorage.setItem("language", state.language);
  draw();
  loadAlerts();
  listen();
};
$("search").oninput = (event) => { state.filter = event.target.value.toLowerCase(); drawPlaces(); };

// The link of a message leads to its alert: /#alert=ID.
function follow() {
  state.wanted = new URLSearchParams(location.hash.slice(1)).get("alert") || "";
  drawAlerts();
  document.querySelector(".alert.wanted")?.scrollIntoView({ block: "center" });
}
addEventListener("hashchange", follow);

async function start() {
  state.places = new Map((await get("/api/v1/places")).map((place) => [place.path, place]));
  await loadAlerts();
  draw();
  follow();
  listen();
  await poll();
}

start().catch(() => setTimeout(() => location.reload(), 3000));
