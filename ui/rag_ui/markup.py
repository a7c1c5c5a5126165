"""The parts of the page that are not Gradio's own: static HTML, which scripts fill with text nodes."""

TITLE = "Ask the articles"

WELCOME = """## What would you like to know?
Ask in your own words. Every sentence of the answer cites the words of the article behind it."""

_EVALUATION = '<a href="eval" target="_blank" rel="noopener" data-part="eval">Evaluation</a>'


def header(evaluated: bool) -> str:
    """The top of the page; it leads to the evaluation if there is one."""
    return _HEADER.replace("<!-- evaluation -->", _EVALUATION if evaluated else "")


_HEADER = f"""
<header>
  <h1>{TITLE}</h1>
  <p role="status" data-part="status"></p>
  <button type="button" data-part="sources">Sources <span data-part="count"></span></button>
  <details data-part="menu" class="menu">
    <summary>More</summary>
    <div>
      <button type="button" data-kind="md">Save as Markdown</button>
      <button type="button" data-kind="json">Save as JSON</button>
      <!-- evaluation -->
    </div>
  </details>
  <button type="button" data-part="theme" aria-label="Switch between light and dark" title="Light or dark">◐</button>
</header>
"""

CLEARED = """
<p class="strip" data-part="cleared" role="status" hidden>
  <span>The conversation was cleared.</span>
  <button type="button" data-part="undo">Undo</button>
</p>
"""

SCOPE = """
<p class="strip" data-part="scope" role="status" hidden>
  <span>Only in: <strong data-part="title"></strong></span>
  <button type="button" data-part="all" aria-label="Ask all articles again">×</button>
</p>
"""

PANEL = """
<section aria-label="Sources and articles" data-tab="answer">
  <div class="heading">
    <div role="tablist" aria-label="What to show">
      <button type="button" role="tab" id="tab-answer" data-tab="answer" aria-controls="view-answer">Sources</button>
      <button type="button" role="tab" id="tab-library" data-tab="library" aria-controls="view-library">
        All articles
      </button>
    </div>
    <button type="button" data-part="close" aria-label="Close sources">×</button>
  </div>
  <div role="tabpanel" id="view-answer" aria-labelledby="tab-answer">
    <h2 data-part="heading">Sources</h2>
    <p class="hint" data-part="hint" aria-live="polite"></p>
    <ol data-part="cards"></ol>
  </div>
  <div role="tabpanel" id="view-library" aria-labelledby="tab-library" hidden>
    <div class="adding" data-part="adding" hidden>
      <button type="button" data-part="add">Add files…</button>
      <span class="hint">
        <span class="drop">or drop them on the page:</span> text, Markdown, HTML, PDF, Word, or a zip of them
      </span>
      <input type="file" data-part="chosen" multiple hidden accept=".txt,.md,.markdown,.html,.htm,.pdf,.docx,.zip">
    </div>
    <ul class="transfers" data-part="transfers" aria-label="Files being added"></ul>
    <p class="hint" data-part="growth" role="status"></p>
    <label class="filter">
      <span>Filter</span>
      <input type="search" data-part="filter" autocomplete="off" placeholder="Title, publisher, date or file">
    </label>
    <p class="hint" data-part="count" role="status"></p>
    <ul data-part="articles" aria-label="Articles"></ul>
  </div>
  <article data-part="article" tabindex="-1" aria-label="Opened article"></article>
</section>
<div class="dropping" data-part="dropping" hidden>Drop the files to add them to your articles</div>
"""

DETAILS = """
<dialog aria-labelledby="details-heading">
  <header>
    <h2 id="details-heading">How this answer was made</h2>
    <button type="button" data-part="close" aria-label="Close details">×</button>
  </header>
  <div data-part="groups"></div>
</dialog>
"""

TRIAL = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>How good are the answers?</title>
<style>{styles}</style>
</head>
<body>
<main>
<nav><a href="./">← Back to the chat</a></nav>
<h1>How good are the answers?</h1>
<p class="about">The quick set asks twenty questions whose right answers are known. It takes some minutes; questions of
the chat are answered in between.</p>
<p>
<button type="button" id="run">Run the quick set now</button>
<a href="eval/report" id="last" hidden>The last report</a>
</p>
<progress id="bar" max="1" value="0" aria-label="Questions asked" hidden></progress>
<p id="stage" role="status"></p>
<p id="error" role="alert"></p>
</main>
<script>{script}</script>
</body>
</html>
"""
