// Makes the page smoother: forms are sent without loading anew, and both panes follow what happens.
// Everything works without it; the server answers with whole pages, and only what differs is taken over.
"use strict";
(() => {
  const served = new Map(); // what the server last sent for each part, before anybody typed into it
  const openers = {}; // for each side, what had the focus when its window opened
  let turn = Promise.resolve(), waiting = 0, timer = 0;

  // Cards are drawn by a script of their own; without it they are the forms that the server has made.
  const drawCards = (root) => window.drawCards?.(root);
  const parts = (root) => [...root.querySelectorAll("[data-part]")];
  const remember = (root) => {
    for (const part of parts(root)) served.set(part.dataset.part, part.innerHTML);
  };
  const dirty = (e) =>
    e.matches("input[type=checkbox], input[type=radio]") ? e.checked !== e.defaultChecked
      : e.matches("select") ? [...e.options].some((o) => o.selected !== o.defaultSelected) : e.value !== e.defaultValue;

  // What somebody has typed, chosen or unfolded within `part`, to be put back after it has changed.
  function keep(part) {
    const typed = [...part.querySelectorAll("input:not([type=hidden])[id], textarea[id], select[id]")].filter(dirty)
      .map((e) => [e.id, e.value, e.checked]);
    const unfolded = [...part.querySelectorAll("details")].map((d) => d.open);
    return () => {
      for (const [id, value, checked] of typed) {
        const now = document.getElementById(id);
        if (!now || (now.matches("select") && ![...now.options].some((o) => o.value === value))) continue;
        now.value = value;
        if (now.type === "checkbox" || now.type === "radio") now.checked = checked;
      }
      [...part.querySelectorAll("details")].forEach((d, i) => { d.open = Boolean(unfolded[i]); });
    };
  }

  // A conversation changes message by message, so that only new ones are read out.
  function mergeList(old, fresh) {
    const before = new Map([...old.children].map((e) => [e.id, e]));
    for (const e of [...old.children]) if (!fresh.querySelector(`#${CSS.escape(e.id)}`)) e.remove();
    let changed = false, at = old.firstElementChild;
    for (const e of [...fresh.children]) {
      const was = before.get(e.id);
      if (was && was.isConnected && was.dataset.html === e.outerHTML) {
        at = was.nextElementSibling;
        continue;
      }
      const html = e.outerHTML, made = document.importNode(e, true);
      if (was && was.isConnected) {
        const back = keep(was), here = was.contains(document.activeElement);
        at = was.nextElementSibling;
        was.replaceWith(made);
        [...made.querySelectorAll("details")].forEach((d, i) => { d.open = [...was.querySelectorAll("details")][i]?.open || false; });
        back();
        drawCards(made);
        if (here) made.querySelector(".card")?.startAgain?.();
      } else {
        old.insertBefore(made, at);
        drawCards(made);
        changed = true;
      }
      made.dataset.html = html;
    }
    return changed;
  }

  function merge(fresh) {
    const focused = document.activeElement?.id || "", opened = [];
    let closed = "";
    for (const shell of fresh.querySelectorAll("[data-shell]")) {
      document.querySelector(`[data-shell=${shell.dataset.shell}]`).toggleAttribute("inert", shell.hasAttribute("inert"));
    }
    for (const part of parts(fresh)) {
      const name = part.dataset.part, old = document.querySelector(`[data-part="${CSS.escape(name)}"]`);
      if (!old) { location.reload(); return; }
      if (served.get(name) === part.innerHTML) continue;
      served.set(name, part.innerHTML);
      if (old.dataset.list && old.dataset.list === part.dataset.list) {
        if (mergeList(old, part)) old.parentElement.scrollTop = 0;
        continue;
      }
      if (old.dataset.list !== part.dataset.list) { swapBody(old, part); continue; }
      const back = keep(old);
      old.innerHTML = part.innerHTML;
      back();
      drawCards(old);
      const side = part.dataset.window;
      if (side && old.firstElementChild) {
        opened.push(old);
        if (!old.contains(document.getElementById(focused))) openers[side] ||= focused;
      } else if (side) {
        closed = openers[side] || closed;
        delete openers[side];
      }
    }
    refocus(focused, opened, closed);
  }

  // Another person or another tab: the frame around the conversation changes too.
  function swapBody(old, part) {
    const frame = document.importNode(part.parentElement, true);
    old.parentElement.replaceWith(frame);
    marked(frame);
    drawCards(frame);
  }

  function marked(root) {
    for (const list of root.querySelectorAll("[data-list]")) {
      for (const e of list.children) e.dataset.html = e.outerHTML;
    }
  }

  function refocus(focused, opened, closed) {
    for (const part of opened) {
      const again = part.querySelector(".card")?.startAgain;
      if (again) { again(); return; }
      // A card that is drawn has its form beside it, out of sight.
      const first = [".wrong :is(input, textarea, select)", ".fields :is(input, textarea, select):not([type=hidden])", "h2"]
        .map((wanted) => [...part.querySelectorAll(wanted)].find((e) => !e.closest("[hidden]"))).find(Boolean);
      first?.focus();
      return;
    }
    if (document.activeElement && document.activeElement !== document.body) return;
    const side = (closed || focused).split("-")[0];
    (document.getElementById(focused) || document.getElementById(closed) || document.getElementById(`${side}-text`) || document.getElementById("main")).focus({ preventScroll: true });
  }

  async function load(url, options) {
    const answer = await fetch(url, options);
    const text = await answer.text();
    const fresh = new DOMParser().parseFromString(text, "text/html");
    if (!fresh.querySelector("[data-part]")) throw new Error("not this page");
    history.replaceState(null, "", new URL(answer.url).pathname + new URL(answer.url).search);
    merge(fresh);
  }

  // One thing after the other, and nothing that somebody did is dropped.
  function inTurn(work, otherwise) {
    waiting += 1;
    document.body.classList.add("busy");
    turn = turn.then(work).catch(otherwise).then(() => {
      waiting -= 1;
      document.body.classList.toggle("busy", waiting > 0);
    });
  }

  // What is sent anyway brings how things stand; else ask, once for many changes.
  function later() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (waiting) later();
      else inTurn(() => load(location.href.split("#")[0]), () => {});
    }, 120);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target, by = event.submitter;
    event.preventDefault();
    const data = new URLSearchParams(new FormData(form, by));
    const action = by?.getAttribute("formaction") || form.getAttribute("action");
    const get = form.method === "get";
    if (form.hasAttribute("data-clear")) for (const e of form.querySelectorAll("input[type=text]")) { e.value = ""; e.defaultValue = ""; }
    inTurn(() => load(get ? `${action}?${data}` : action, get ? {} : { method: "POST", body: data }),
      () => { location.reload(); });
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.dataset.fill) {
      const line = document.getElementById(link.dataset.fill);
      event.preventDefault();
      line.value = link.dataset.words;
      line.focus();
    } else if (link.pathname === "/" && link.search && link.origin === location.origin) {
      event.preventDefault();
      inTurn(() => load(link.href.split("#")[0]), () => { location.assign(link.href); });
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") event.target.closest("[data-window]")?.querySelector("[data-escape]")?.click();
  });

  remember(document);
  marked(document);
  drawCards(document);
  new EventSource("/events").onmessage = later;
})();
