// What the pages do beyond HTML; every page works without it.
"use strict";
const strip = document.getElementById("offline");
const showConnection = () => { if (strip) strip.hidden = navigator.onLine; };
addEventListener("online", () => { showConnection(); if (document.querySelector("[data-reload]")) location.reload(); });
addEventListener("offline", showConnection);
showConnection();
// An error summary takes the focus, so that it is read first; its links then lead to the fields.
const errors = document.querySelector("[data-focus]");
if (errors) errors.focus();
// The account menu closes on Escape and on a click elsewhere.
const closeMenus = (except) => document.querySelectorAll("details.menu[open]").forEach((menu) => {
  if (menu !== except) menu.open = false;
});
addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});
// The tab that is open is in sight also on a narrow screen.
document.querySelectorAll(".bar nav [aria-current], .tabs [aria-current]").forEach((tab) => {
  const box = tab.closest("nav");
  if (box.scrollWidth > box.clientWidth) box.scrollLeft = tab.offsetLeft - 24;
});
// So is one that the Tab key reaches: browsers leave a link where it is that is seen in part.
addEventListener("focusin", (event) => {
  if (event.target.closest(".bar nav, .tabs")) event.target.scrollIntoView({ block: "nearest", inline: "nearest" });
});
document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => print()));
// A list of things to choose narrows while a word is typed; without this the search button does the same.
document.querySelectorAll("[data-filter]").forEach((input) => input.addEventListener("input", () => {
  const wanted = input.value.toLowerCase().split(/\s+/);
  document.querySelectorAll(`#${input.dataset.filter} [data-words]`).forEach((item) => {
    item.hidden = !wanted.every((word) => item.dataset.words.includes(word));
  });
}));
// What is only wanted when a fold is opened is fetched then, from a page that also stands alone.
document.querySelectorAll("details[data-load]").forEach((fold) => fold.addEventListener("toggle", async () => {
  const box = fold.querySelector("[id]"), answer = await fetch(fold.dataset.load);
  const found = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(box.id);
  if (found) box.replaceWith(found);
}, { once: true }));
