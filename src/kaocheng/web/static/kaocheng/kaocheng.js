// What makes pages more comfortable; every page works without this file.

const word = (name) => {
  const words = document.getElementById("words");
  const found = words && words.content.querySelector(`[data-word="${name}"]`);
  return found ? found.textContent : "";
};
const say = (text) => { document.getElementById("live").textContent = text; };
const clock = (moment) =>
  new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" }).format(moment);
const element = (tag, attributes, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};
const cookie = (name) => {
  const found = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
};

// ── All of a list ticked at once ──────────────────────────────────────────────────────────────
for (const all of document.querySelectorAll("[data-all]")) {
  all.closest("label").hidden = false;
  all.addEventListener("change", () => {
    for (const one of all.form.querySelectorAll(`[name="${all.dataset.all}"]`)) one.checked = all.checked;
  });
}

// ── On paper nothing can be opened: what is one tap away is printed too ────────────────────────
const opened = [];
window.addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details.tell:not([open])")) { one.open = true; opened.push(one); }
});
window.addEventListener("afterprint", () => { for (const one of opened.splice(0)) one.open = false; });

// ── Panels of the top bar ─────────────────────────────────────────────────────────────────────
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.drop[open]")) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.drop[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

// ── Signed out in the middle of something: a dialog on the same page, which loses nothing ─────
const signInLink = (kind) => {
  const here = window.location.pathname + window.location.search;
  return element("a", { href: `/sign-in?next=${encodeURIComponent(here)}`, class: kind }, word("sign-in"));
};
const askToSignIn = () => {
  const made = element("dialog", { class: "asks", "aria-labelledby": "signed-out" });
  if (!made.showModal || document.querySelector("dialog.asks")) return;
  const close = element("button", { class: "kb q", type: "button" }, word("close"));
  made.append(
    element("header", {}, element("h2", { id: "signed-out" }, word("signed-out"))),
    element("div", { class: "in" }, element("p", { class: "acts" }, signInLink("kb p"), close)),
  );
  const before = document.activeElement;
  close.addEventListener("click", () => made.close());
  made.addEventListener("close", () => { made.remove(); if (before) before.focus(); });
  document.body.append(made);
  made.showModal();
};

// ── Parts swapped by htmx: our token goes along, the new part is announced ────────────────────
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = cookie("csrftoken");
});
document.addEventListener("htmx:afterSwap", (event) => {
  const heading = event.detail.target.querySelector("h1, h2, h3");
  if (heading) say(heading.textContent);
});
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 401) askToSignIn();
});

// ── A text to copy; the WeChat browser knows only the old way ────────────────────────────────
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      text.select();
      document.execCommand("copy");
    }
    say(button.dataset.copied);
    button.after(element("span", { class: "chip ok" }, button.dataset.copied));
    button.hidden = true;
  });
}

// ── Help in a drawer; without it, the link leads to a page ────────────────────────────────────
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-help]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !window.HTMLDialogElement) return;
  event.preventDefault();
  let answer;
  try {
    answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
  } catch { answer = null; }
  if (!answer || !answer.ok) { window.location.assign(link.href); return; }
  const inside = element("div", { class: "in prose" });
  inside.innerHTML = await answer.text();
  const close = element("button", { class: "kb sm", type: "button" }, word("close"));
  const title = element("h2", { class: "sp", id: "help-title" }, word("help"));
  const drawer = element("dialog", { class: "drawer", "aria-labelledby": "help-title" },
    element("header", {}, title, close), inside);
  close.addEventListener("click", () => drawer.close());
  drawer.addEventListener("click", (one) => { if (one.target === drawer) drawer.close(); });
  drawer.addEventListener("close", () => { drawer.remove(); link.focus(); });
  document.body.append(drawer);
  drawer.showModal();
});

// ── Autosave: two seconds after the last key, to the server; to this device while that fails ──
const ACCOUNT = document.body.dataset.account || "";
const PREFIX = "draft:";
const MOST = 200000;
const onDevice = {
  key: (form) => `${PREFIX}${ACCOUNT}:${form}`,
  read(form) { try { return JSON.parse(localStorage.getItem(this.key(form))); } catch { return null; } },
  write(form, draft) { try { localStorage.setItem(this.key(form), JSON.stringify(draft)); } catch { /* full: the server's copy has to do */ } },
  drop(form) { try { localStorage.removeItem(this.key(form)); } catch { /* nothing is there */ } },
  // All of them, or those of other people who sat here before.
  wipe(butOf) {
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(PREFIX) && !(butOf && key.startsWith(`${PREFIX}${butOf}:`))) localStorage.removeItem(key);
      }
    } catch { /* nothing is there */ }
  },
};
const drafts = [];

class Autosaved {
  constructor(form) {
    this.form = form;
    this.name = (form.dataset.autosave || window.location.pathname).slice(0, 160);
    this.timer = 0;
    this.pending = false;
    this.fresh = JSON.stringify(this.content());
    this.line = element("p", { class: "kept", role: "status" });
    const place = form.querySelector("[data-kept]");
    if (place) place.replaceWith(this.line); else form.append(this.line);
    form.addEventListener("input", () => this.changed());
    form.addEventListener("change", () => this.changed());
    form.addEventListener("submit", () => this.sent());
    this.restore();
  }

  fields() {
    return [...this.form.elements].filter((one) => one.name && !one.disabled
      && !["hidden", "password", "file", "submit", "button", "reset", "image"].includes(one.type)
      && !one.hasAttribute("data-no-draft"));
  }

  content() {
    const found = {};
    for (const one of this.fields()) {
      const values = found[one.name] || (found[one.name] = []);
      if (one.type === "checkbox" || one.type === "radio") { if (one.checked) values.push(one.value); }
      else if (one.type === "select-multiple") values.push(...[...one.selectedOptions].map((each) => each.value));
      else values.push(one.value);
    }
    return found;
  }

  fill(content) {
    const left = Object.fromEntries(Object.entries(content).map(([name, values]) => [name, [...values]]));
    for (const one of this.fields()) {
      const values = left[one.name];
      if (!values) continue;
      if (one.type === "checkbox" || one.type === "radio") one.checked = content[one.name].includes(one.value);
      else if (one.type === "select-multiple") for (const each of one.options) each.selected = content[one.name].includes(each.value);
      else if (values.length) one.value = values.shift();
    }
    this.form.dispatchEvent(new CustomEvent("draft:filled", { bubbles: true, detail: content }));
  }

  changed() {
    this.pending = true;
    onDevice.write(this.name, { content: this.content(), at: Date.now() });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), 2000);
  }

  async keep() {
    clearTimeout(this.timer);
    if (!this.pending) return;
    const content = this.content();
    const body = JSON.stringify({ form: this.name, content });
    if (new Blob([body]).size > MOST) { this.tell("too-big"); return; }
    let answer;
    try {
      answer = await fetch("/drafts", { method: "POST", body, keepalive: body.length < 60000,
        headers: { "Content-Type": "application/json", "X-CSRFToken": cookie("csrftoken") } });
    } catch { this.later("offline", 10000); return; }
    if (answer.status === 401) { this.signedOut(); return; }
    if (answer.status === 413) { this.tell("too-big"); return; }
    if (!answer.ok) { this.later("busy", 30000); return; }
    // What was typed while the answer was under way is still to be kept.
    if (JSON.stringify(this.content()) === JSON.stringify(content)) {
      this.pending = false;
      onDevice.drop(this.name);
    }
    this.line.textContent = word("kept").replace("{time}", clock(Date.now()));
  }

  later(why, milliseconds) {
    this.tell(why);
    this.timer = setTimeout(() => this.keep(), milliseconds);
  }

  tell(why) {
    if (this.line.dataset.why !== why || !this.line.textContent) this.line.textContent = word(why);
    this.line.dataset.why = why;
  }

  signedOut() {
    // What is typed stays on this device; the line stands there after the dialog is closed.
    this.line.replaceChildren(`${word("signed-out")} `, signInLink("u"));
    askToSignIn();
  }

  // The server drops its copy when the form has been taken over.
  // Leaving the page must not keep it once more, after that: the copy on the device stands until then.
  sent() {
    clearTimeout(this.timer);
    this.pending = false;
    if (!this.form.querySelector('input[name="draft"]')) {
      this.form.append(element("input", { type: "hidden", name: "draft", value: this.name }));
    }
  }

  async restore() {
    const mine = onDevice.read(this.name);
    let theirs = null;
    try {
      const answer = await fetch(`/drafts?form=${encodeURIComponent(this.name)}`);
      if (answer.ok) theirs = await answer.json();
    } catch { /* without a network, what is on this device is the newest */ }
    const kept = theirs && theirs.content ? { content: theirs.content, at: Date.parse(theirs.kept_at) } : null;
    const newest = mine && (!kept || mine.at > kept.at) ? mine : kept;
    if (!newest || JSON.stringify(newest.content) === this.fresh || this.pending) return;
    this.fill(newest.content);
    const discard = element("button", { type: "button", class: "kb q sm" }, word("discard"));
    discard.addEventListener("click", () => this.discard());
    this.line.replaceChildren(`${word("restored").replace("{time}", clock(newest.at))} `, discard);
    if (newest === mine) { this.pending = true; this.timer = setTimeout(() => this.keep(), 2000); }
  }

  async discard() {
    clearTimeout(this.timer);
    this.pending = false;
    onDevice.drop(this.name);
    this.form.reset();
    this.line.textContent = "";
    await fetch("/drafts", { method: "POST", body: JSON.stringify({ form: this.name, content: null }),
      headers: { "Content-Type": "application/json", "X-CSRFToken": cookie("csrftoken") } }).catch(() => null);
  }
}

if (ACCOUNT) {
  onDevice.wipe(ACCOUNT);
  const done = cookie("draft_done");
  if (done) {
    onDevice.drop(done);
    document.cookie = "draft_done=; Max-Age=0; Path=/; SameSite=Lax";
  }
  for (const form of document.querySelectorAll("form[data-autosave]")) drafts.push(new Autosaved(form));
  window.addEventListener("online", () => drafts.forEach((one) => one.keep()));
  window.addEventListener("pagehide", () => drafts.forEach((one) => one.keep()));
}

// Whoever leaves a shared machine leaves nothing behind: the last words first go to the server.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-wipe-drafts]") || form.dataset.wiped) return;
  event.preventDefault();
  const given = new Promise((done) => { setTimeout(done, 1500); });
  await Promise.race([Promise.all(drafts.map((one) => one.keep())), given]);
  onDevice.wipe("");
  form.dataset.wiped = "yes";
  form.submit();
});
