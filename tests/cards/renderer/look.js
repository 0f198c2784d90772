// Draws a card as Microsoft's reader does, and says what is wrong with it there. Runs in a page with adaptivecards and axe-core.

AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  const plain = document.createElement("span");
  plain.textContent = (text || "").replace(/\\([*_\[\]`#>~|-])/g, "$1");
  result.outputHtml = plain.innerHTML.replace(/\*\*(.+?)\*\*/g, "<b>$1</b>");
  result.didProcess = true;
};

async function look([source, host]) {
  const context = new AdaptiveCards.SerializationContext();
  const card = new AdaptiveCards.AdaptiveCard();
  card.hostConfig = new AdaptiveCards.HostConfig(host);
  card.parse(source, context);
  const place = document.querySelector("main");
  place.style.background = host.containerStyles.default.backgroundColor;
  place.replaceChildren(card.render());
  const edge = place.getBoundingClientRect().right;
  const wrong = [...place.querySelectorAll("*")]
    .filter((part) => part.getBoundingClientRect().right > edge + 1)
    .map((part) => `wider than the phone: ${part.textContent}`);
  for (const part of place.querySelectorAll("*"))
    if (part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).overflowX === "hidden")
      wrong.push(`cut off: ${part.textContent}`);
  for (let at = 0; at < context.eventCount; at++) wrong.push(`not understood: ${context.getEventAt(at).message}`);
  const found = await axe.run(place, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] });
  for (const { help, nodes } of found.violations) wrong.push(`${help}: ${nodes[0].html} (${nodes[0].failureSummary})`);
  return wrong;
}
