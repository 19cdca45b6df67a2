// Draws Adaptive Cards with Microsoft's own renderer, in the place of the form that the server has made of each.
// That form stays, out of sight: what is filled in on the drawn card is put into it, and it is sent as it would be.
"use strict";
(() => {
  const AC = window.AdaptiveCards;
  if (!AC) return;

  // Our colours, which change with the light: the renderer hands on what it does not know as a colour.
  const shades = (normal, subtle) => ({ default: normal, subtle, highlightColors: { default: "var(--sand)", subtle: "var(--sand)" } });
  const ink = {
    default: shades("var(--ink)", "var(--soft)"), dark: shades("var(--ink)", "var(--soft)"), light: shades("var(--soft)", "var(--soft)"),
    accent: shades("var(--accent)", "var(--accent)"), good: shades("var(--accent)", "var(--accent)"),
    warning: shades("var(--focus)", "var(--focus)"), attention: shades("var(--danger)", "var(--danger)"),
  };
  const box = (backgroundColor) => ({ backgroundColor, foregroundColors: ink });
  const fonts = (fontFamily) => ({
    fontFamily, fontSizes: { small: 13, default: 15, medium: 16, large: 19, extraLarge: 22 },
    fontWeights: { lighter: 400, default: 400, bolder: 700 },
  });
  const label = (suffix, suffixColor) => ({ weight: "Bolder", size: "Default", suffix, color: "Default", isSubtle: false, suffixColor });
  const config = new AC.HostConfig({
    supportsInteractivity: true,
    fontTypes: { default: fonts("inherit"), monospace: fonts("ui-monospace, Menlo, Consolas, monospace") },
    spacing: { none: 0, small: 3, default: 9, medium: 14, large: 20, extraLarge: 28, padding: 10 },
    separator: { lineThickness: 1, lineColor: "var(--line)" },
    containerStyles: { default: box("transparent"), emphasis: box("var(--sand)"), good: box("var(--tint)"), attention: box("var(--sand)"), warning: box("var(--sand)"), accent: box("var(--tint)") },
    actions: {
      maxActions: 20, spacing: "Default", buttonSpacing: 8, actionsOrientation: "Horizontal", actionAlignment: "Left",
      showCard: { actionMode: "Inline", inlineTopMargin: 8, style: "emphasis" },
    },
    inputs: {
      label: { inputSpacing: "Small", requiredInputs: label(" *", "Attention"), optionalInputs: label(" (optional)", "Default") },
      errorMessage: { color: "Attention", size: "Small", spacing: "Small", weight: "Bolder" },
    },
    table: { cellSpacing: 8 },
  });

  // The bot's words are shown as typed, so there is no Markdown to read.
  AC.AdaptiveCard.onProcessMarkdown = (text, result) => {
    const plain = document.createElement("span");
    plain.textContent = text;
    result.outputHtml = plain.innerHTML;
    result.didProcess = true;
  };

  function putInto(form, input) {
    const value = input.value === undefined || input.value === null ? "" : String(input.value);
    const controls = [...form.elements].filter((e) => e.name === `f:${input.id}`);
    for (const e of controls) {
      if (e.type === "checkbox" || e.type === "radio") e.checked = value.split(",").includes(e.value);
      else e.value = value;
    }
  }

  function act(card, form, action) {
    if (action instanceof AC.OpenUrlAction) {
      window.open(action.url, "_blank", "noopener,noreferrer");
      return;
    }
    for (const input of card.getAllInputs()) putInto(form, input);
    form.requestSubmit([...form.elements].find((e) => e.name === "press" && e.value === action.id));
  }

  function draw(place) {
    const form = place.querySelector(".card-form"), card = new AC.AdaptiveCard();
    card.hostConfig = config;
    card.parse(JSON.parse(place.dataset.card));
    const drawn = card.render();
    if (!drawn) return;
    drawn.removeAttribute("tabindex");
    // Two cards of one kind have the same fields, but ids are for one element of a page.
    for (const e of drawn.querySelectorAll("[id]:not([id^=__ac-])")) e.removeAttribute("id");
    form.hidden = true;
    place.append(drawn);
    if (form.matches("fieldset")) {
      for (const e of drawn.querySelectorAll("button, input, select, textarea")) e.disabled = true;
      return;
    }
    card.onExecuteAction = (action) => act(card, form, action);
    // What has the focus is found again by its id when the card is drawn anew.
    drawn.querySelectorAll("button").forEach((e, i) => { e.id = `${form.id}-button-${i}`; });
    const wrong = form.querySelector(".wrong [name]");
    const again = wrong && card.getAllInputs().find((one) => one.id === wrong.name.slice(2));
    if (again) place.startAgain = () => again.focus();
  }

  window.drawCards = (root) => root.querySelectorAll("[data-card]").forEach(draw);
  if (document.querySelector(".gallery")) window.drawCards(document);
})();
