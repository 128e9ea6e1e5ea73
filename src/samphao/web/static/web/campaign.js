// A campaign's clock and live numbers. The time is the hub's: told with the page, set right by each message; the reader's own clock is never asked.
"use strict";
const sale = document.querySelector("[data-sale]");
const told = Object.fromEntries(["now", "starts", "ends"].map((name) => [name, Number(sale.dataset[name])]));
const number = Number(sale.dataset.number) || 0;
const format = new Intl.NumberFormat(document.documentElement.lang);
const mark = document.querySelector("[data-live-mark]");
let offset = told.now - performance.now(), heardAt = 0, leaving = false;

// All would come at once otherwise; a place is not lost by coming a moment later.
const comeBack = (withinMs) => {
  if (leaving) return;
  leaving = true;
  setTimeout(() => location.reload(), 300 + Math.random() * withinMs);
};

const countdown = document.querySelector("[data-countdown]");
const two = (value) => String(value).padStart(2, "0");
const tick = () => {
  const now = performance.now() + offset, isBefore = sale.dataset.state === "before";
  const left = Math.max(0, Math.ceil(((isBefore ? told.starts : told.ends) - now) / 1000));
  const days = Math.floor(left / 86400), time = [Math.floor(left / 3600) % 24, Math.floor(left / 60) % 60, left % 60].map(two).join(":");
  if (countdown) countdown.textContent = (days ? `${format.format(days)} ${countdown.dataset.days} ` : "") + time;
  if (!left) comeBack(3000);
  if (heardAt) showLive(performance.now() - heardAt < 15000);
};
const showLive = (isLive) => {
  mark.hidden = false;
  mark.querySelector("[data-is-live]").hidden = !isLive;
  mark.querySelector("[data-is-not-live]").hidden = isLive;
};
tick();
setInterval(tick, 1000);

const hear = (message) => {
  offset = message.now - performance.now();
  heardAt = performance.now();
  for (const [lot, left] of Object.entries(message.left)) {
    const place = document.querySelector(`[data-left="${CSS.escape(lot)}"]`);
    if (place) place.textContent = format.format(Math.max(0, left));
  }
  const ahead = document.querySelector("[data-ahead]");
  if (ahead && number) ahead.textContent = format.format(Math.max(0, number - message.admitted - 1));
  if (number && number <= message.admitted) comeBack(1000);
  if (message.state !== sale.dataset.state) comeBack(3000);
  tick();
};
if ("EventSource" in window) {
  const live = new EventSource(sale.dataset.live);
  live.addEventListener("message", (event) => hear(JSON.parse(event.data)));
  live.addEventListener("error", () => showLive(false));
}
// Drawn within a second or so: whoever has a place but no number yet looks again soon.
if (sale.dataset.drawn === "no") comeBack(2000);
