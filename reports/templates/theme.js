// Light or dark: the system's choice until the reader makes one, which is then remembered.
(() => {
  "use strict";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const remembered = (value) => {
    try {
      if (value) localStorage.setItem("poolproof-theme", value);
      return localStorage.getItem("poolproof-theme");
    } catch {
      return null; // storage may be closed for file:// pages; the choice then lasts as long as the page
    }
  };
  const asked = new URLSearchParams(location.search).get("theme") || remembered();
  if (asked) root.dataset.theme = asked;
  const theme = () => root.dataset.theme || (system.matches ? "dark" : "light");
  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const label = () => {
      button.textContent = theme() === "dark" ? "Light" : "Dark";
      button.setAttribute("aria-label", `Switch to ${button.textContent.toLowerCase()} colours`);
    };
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = theme() === "dark" ? "light" : "dark";
      remembered(root.dataset.theme);
      label();
    });
    system.addEventListener("change", label);
    label();
  });
})();
