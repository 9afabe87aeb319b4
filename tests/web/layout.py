"""How a page is laid out: wider than its window, or with words that are cut off."""

from __future__ import annotations

from playwright.sync_api import Page

# Text outside the box of something around it that hides what does not fit. What is said only to
# who listens is not looked at: `.unseen`, and the head of a table that is cards on a phone.
_WRONG = """() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const found = wide > 0 ? [`${wide} px too wide`] : [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const one = node.parentElement;
    if (!node.data.trim() || !one.checkVisibility({visibilityProperty: true})) continue;
    if (one.closest(".unseen, .skip, thead, progress, select, textarea, svg")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect();
    for (let at = one; at !== document.documentElement; at = at.parentElement) {
      if (getComputedStyle(at).overflowX !== "hidden") continue;
      const box = at.getBoundingClientRect();
      if (text.right > box.right + 1 || text.left < box.left - 1)
        found.push(`cut off: ${node.data.trim()} in ${at.className || at.tagName}`);
    }
  }
  return found;
}"""
_LARGE = "is => document.documentElement.classList.toggle('large', is)"


def wrong(page: Page) -> list[str]:
    """What does not fit, as the page stands; empty where all does."""
    found: list[str] = page.evaluate(_WRONG)
    return found


def wrong_in_large_type(page: Page) -> list[str]:
    """The same in the large type, which is taken back afterwards."""
    was = page.evaluate("() => document.documentElement.classList.contains('large')")
    page.evaluate(_LARGE, True)
    found = [f"in large type: {one}" for one in wrong(page)]
    page.evaluate(_LARGE, was)
    return found
