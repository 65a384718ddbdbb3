"use strict";
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];

  for (const button of all("button[data-copies]")) {
    const code = document.getElementById(button.dataset.copies);
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }

  for (const bar of all(".only-with-script")) bar.hidden = false;
  for (const button of all("button[data-folds]")) {
    button.addEventListener("click", () => {
      for (const each of all("details")) each.open = button.dataset.folds === "open";
    });
  }

  const stops = all("article.failure h3, article.failure h4");
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !stops.length || !"jk".includes(event.key)) return;
    const current = stops.findIndex((each) => each.closest("article").contains(document.activeElement));
    const next = event.key === "j" ? Math.min(current + 1, stops.length - 1) : Math.max(current - 1, 0);
    stops[next].focus();
    stops[next].scrollIntoView({ block: "start" });
  });

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const each of folded) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of folded) each.open = false; });
})();
