"""What a browser measures on a page: boxes beyond the edge, words and numbers that are broken, columns of single words."""

from __future__ import annotations

# What lies beyond the right edge of the page and not in a box that scrolls of itself.
TOO_WIDE = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const scrolls = (e) => { for (let p = e.parentElement; p; p = p.parentElement) if (getComputedStyle(p).overflowX !== "visible") return true; return false; };
  const found = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > wide + 1 && !scrolls(e));
  return (found.length ? found : [document.body]).slice(0, 4).map((e) => `${e.tagName.toLowerCase()}.${e.className} (${Math.round(e.getBoundingClientRect().right)} > ${wide}): ${(e.textContent || "").trim().slice(0, 40)}`);
}"""

# Latin words, numbers, amounts and codes that stand on two lines, and dates and masses of tables, figures and headings that do.
# An e-mail address has no other place to break than within.
BROKEN = r"""() => {
  const anywhere = /[A-Z]{2,4}(?:-[A-Z0-9]{2,})+|[A-Za-z]{2,}|[฿¥₫€]\u00a0[\d,.]+|\d[\d,.]*\d/g;
  const whole = /[฿¥₫€]\u00a0[\d,.]+|\d{1,2}\u00a0\S+\u00a0\d{4}|\d{4}年\d+月\d+日|[\d,.]+\u00a0(?:kg|t|%|กก\.|ตัน|公斤|吨)/g;
  const lines = (node, from, length) => {
    const range = document.createRange();
    range.setStart(node, from); range.setEnd(node, from + length);
    return new Set([...range.getClientRects()].filter((r) => r.width > 0).map((r) => Math.round(r.top / 4))).size;
  };
  const found = [];
  const walk = document.createTreeWalker(document.querySelector("body"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, near = node.parentElement;
    if (!near.checkVisibility() || near.closest(".break, .vh, thead, svg, script, style, option, textarea")) continue;
    const rules = near.closest("td, th, .figures, h1") ? [anywhere, whole] : [anywhere];
    for (const rule of rules) for (const hit of node.data.matchAll(rule)) {
      const run = node.data.slice(0, hit.index).match(/\S*$/)[0] + node.data.slice(hit.index).match(/^\S*/)[0];
      if (!run.includes("@") && lines(node, hit.index, hit[0].length) > 1) found.push(`${hit[0]} in ${near.tagName.toLowerCase()}.${near.className}`);
    }
  }
  return [...new Set(found)].slice(0, 6);
}"""

# Cells of single words one below the other, and boxes whose text runs out of them.
SQUEEZED = """() => {
  const seen = (e) => e.checkVisibility() && e.clientWidth > 1;
  const cells = [...document.querySelectorAll("tbody td, tbody th")].filter(seen).filter((e) => {
    const room = e.clientWidth - parseFloat(getComputedStyle(e).paddingRight);
    const height = e.clientHeight / parseFloat(getComputedStyle(e).lineHeight);
    return e.textContent.trim().length >= 12 && room < 84 && height > 3.5;
  }).map((e) => `a column of single words: ${e.textContent.trim().slice(0, 40)}`);
  const boxes = [...document.querySelectorAll("td, th, dd, dt, p, li, h1, h2, h3, .brand, .btn, .tag")].filter(seen).filter((e) => {
    return getComputedStyle(e).overflowX === "visible" && !e.closest(".vh, thead, svg, .bar nav, .tabs") && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline";
  }).map((e) => `text runs out of its box: ${e.tagName.toLowerCase()}.${e.className} ${e.textContent.trim().slice(0, 40)}`);
  const cut = [...document.querySelectorAll(".brand, .brand b, h1")].filter(seen).filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline").map((e) => `cut: ${e.textContent.trim().slice(0, 40)}`);
  return [...cells, ...boxes, ...cut].slice(0, 6);
}"""
