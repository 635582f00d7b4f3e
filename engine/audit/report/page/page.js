"use strict";
(() => {
  const form = document.getElementById("filter");
  // What is collapsed is opened for printing, and as it was afterwards.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const d of closed) d.open = true;
  });
  addEventListener("afterprint", () => { for (const d of closed) d.open = false; });
  if (!form) return;

  const parts = [...document.querySelectorAll("section.part")].map((element) => ({
    element,
    groups: [...element.querySelectorAll("details.group")].map((element) => ({
      element,
      open: element.open,
      findings: [...element.querySelectorAll("li.finding")].map((element) => ({ element, text: element.textContent.toLowerCase() })),
    })),
  }));
  const nothing = document.getElementById("nothing");

  const apply = () => {
    const wanted = new FormData(form);
    const severities = wanted.getAll("severity"), rule = wanted.get("rule"), part = wanted.get("part");
    const text = wanted.get("text").trim().toLowerCase();
    let shown = 0, all = 0;
    for (const p of parts) {
      let inPart = 0;
      for (const g of p.groups) {
        const like = severities.includes(g.element.dataset.severity) &&
          (!rule || rule === g.element.dataset.rule) && (!part || part === p.element.id);
        let inGroup = 0;
        for (const f of g.findings) {
          const hit = like && (!text || f.text.includes(text));
          f.element.hidden = !hit;
          inGroup += hit;
        }
        g.element.hidden = !inGroup;
        g.element.open = g.open || (inGroup > 0 && (text !== "" || rule !== ""));
        inPart += inGroup;
        all += g.findings.length;
      }
      p.element.hidden = !inPart;
      shown += inPart;
    }
    nothing.hidden = shown > 0;
    form.querySelector("output").textContent = shown === all ? all + " findings" : shown + " of " + all;
  };
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (e) => e.preventDefault());
  // A link to what is filtered away shows it.
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const hidden = target.closest("[hidden]");
    if (hidden) { form.reset(); apply(); }
    target.closest("details.group")?.setAttribute("open", "");
    if (hidden) target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  form.hidden = false;
  apply();
  reveal();
})();
