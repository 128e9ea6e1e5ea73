// The ticket on one telephone: names are drawn, and a form that finds no network waits here until it has arrived once.
// The page works without this file as long as there is a network: both sign by password then.
"use strict";
{
  const PREFIX = "samphao.ticket.", PHOTO_PX = 1280, AGAIN_MS = 20000;
  const unsent = document.getElementById("unsent");
  const drafts = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).map((key) => [key.slice(PREFIX.length), JSON.parse(localStorage.getItem(key))]);
  if (unsent) {
    const waiting = drafts().filter(([, draft]) => draft.pending);
    unsent.hidden = !waiting.length;
    for (const [lot] of waiting) {
      const link = document.createElement("a"), item = document.createElement("li");
      link.href = `/packing/lots/${encodeURIComponent(lot)}/ticket/`;
      link.textContent = lot;
      item.append(link);
      unsent.querySelector("ul").append(item);
    }
  }
  const form = document.querySelector("form[data-ticket]");
  if (form) ticket(form);

  function ticket(form) {
    const store = PREFIX + form.dataset.ticket, said = document.getElementById("ticket-said"), button = form.querySelector("button.primary");
    const kept = Array.from(form.elements).filter((field) => field.name && field.name !== "csrfmiddlewaretoken" && !["password", "file"].includes(field.type));
    let draft = JSON.parse(localStorage.getItem(store) || "null") || { fields: {}, drawn: {}, photos: {}, pending: false };
    let sending = false;

    const save = () => {
      for (const field of kept) draft.fields[field.name] = field.value;
      try { localStorage.setItem(store, JSON.stringify(draft)); return true; } catch { return false; }
    };
    const tell = (kind, lines, title) => {
      const box = document.createElement("div");
      box.className = kind === "bad" ? "errors" : `banner ${kind}`;
      box.tabIndex = -1;
      if (title) { const head = document.createElement("h2"); head.textContent = title; box.append(head); }
      for (const line of lines) { const text = document.createElement("p"); text.textContent = line; box.append(text); }
      said.replaceChildren(box);
      box.focus();
    };

    for (const field of kept) if (draft.fields[field.name] !== undefined) field.value = draft.fields[field.name];
    form.querySelectorAll(".js").forEach((part) => { part.hidden = false; });
    form.querySelectorAll("[data-sign]").forEach((sheet) => signature(sheet));
    form.addEventListener("input", () => { draft.pending = false; save(); });
    form.querySelectorAll("input[type=file]").forEach((input) => input.addEventListener("change", () => keepPhotos(input)));
    form.addEventListener("submit", (event) => { event.preventDefault(); send(true); });
    addEventListener("online", () => { if (draft.pending) send(false); });
    setInterval(() => { if (draft.pending && navigator.onLine) send(false); }, AGAIN_MS);
    if (draft.pending) { if (navigator.onLine) send(false); else tell("warn", [form.dataset.kept]); }

    function signature(sheet) {
      const side = sheet.dataset.sign, line = sheet.querySelector("path"), path = form.elements[`path_${side}`];
      let down = false;
      const show = () => line.setAttribute("d", path.value);
      const point = (event) => {
        const box = sheet.getBoundingClientRect(), within = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
        return `${within((event.clientX - box.left) / box.width * 600, 600)} ${within((event.clientY - box.top) / box.height * 200, 200)}`;
      };
      const end = () => { if (down) { down = false; draft.drawn[side] = Date.now(); draft.pending = false; save(); } };
      sheet.addEventListener("pointerdown", (event) => { down = true; sheet.setPointerCapture(event.pointerId); path.value += `M${point(event)}`; show(); event.preventDefault(); });
      sheet.addEventListener("pointermove", (event) => { if (down && path.value.length < 19000) { path.value += `L${point(event)}`; show(); } });
      sheet.addEventListener("pointerup", end);
      sheet.addEventListener("pointercancel", end);
      form.querySelector(`[data-clear="${side}"]`).addEventListener("click", () => { path.value = ""; delete draft.drawn[side]; show(); save(); });
      show();
    }

    async function keepPhotos(input) {
      draft.photos[input.name] = await Promise.all(Array.from(input.files, smaller));
      if (!save()) { delete draft.photos[input.name]; save(); tell("warn", [form.dataset.full]); }
    }

    async function smaller(file) {
      const picture = await createImageBitmap(file), scale = Math.min(1, PHOTO_PX / Math.max(picture.width, picture.height));
      const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return canvas.toDataURL("image/jpeg", 0.8);
    }

    function body() {
      const data = new FormData(form);
      for (const input of form.querySelectorAll("input[type=file]")) {
        const photos = draft.photos[input.name];
        if (!photos) continue;
        data.delete(input.name);
        photos.forEach((url, at) => data.append(input.name, bytes(url), `photo-${at + 1}.jpg`));
      }
      for (const [side, at] of Object.entries(draft.drawn)) data.set(`age_${side}`, String(Math.max(0, Math.round((Date.now() - at) / 1000))));
      return data;
    }

    function bytes(url) {
      const [head, text] = url.split(","), raw = atob(text), out = new Uint8Array(raw.length);
      for (let at = 0; at < raw.length; at += 1) out[at] = raw.charCodeAt(at);
      return new Blob([out], { type: head.slice(5, head.indexOf(";")) });
    }

    async function send(byHand) {
      if (sending) return;
      save();
      if (!navigator.onLine) { wait(form.dataset.kept); return; }
      sending = true;
      button.disabled = true;
      if (byHand) tell("info", [form.dataset.sending]);
      try {
        const answer = await fetch(location.pathname, { method: "POST", body: body(), headers: { Accept: "application/json" }, redirect: "manual" });
        await taken(answer);
      } catch { wait(form.dataset.kept); } finally { sending = false; button.disabled = false; }
    }

    async function taken(answer) {
      const isOurs = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      if (answer.ok && isOurs) {
        localStorage.removeItem(store);
        draft.pending = false;
        location.assign((await answer.json()).url);
      } else if (isOurs && answer.status < 500) {
        draft.pending = false;
        save();
        tell("bad", (await answer.json()).errors, form.dataset.problem);
      } else if (answer.status === 403 || answer.type === "opaqueredirect") {
        draft.pending = true;
        save();
        tell("warn", [form.dataset.signIn]);
      } else wait(form.dataset.again);
    }

    function wait(text) {
      const needsDrawing = ["grower", "house"].some((side) => !form.elements[`path_${side}`].value);
      draft.pending = !needsDrawing;
      save();
      tell("warn", [needsDrawing ? form.dataset.password : text]);
    }
  }
}
