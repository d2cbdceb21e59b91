/** What breaks out of the place where a text stands. */
const BREAKS = [
  '',
  '"',
  "'",
  '`',
  '-->',
  '</title>',
  '</script>',
  '</textarea>',
  '</style>',
  ']]>',
];

/** What would run if it were not text: each sets `ran`. */
const RUNS = [
  '<script>globalThis.ran=1</script>',
  '<img src=x onerror="globalThis.ran=1">',
  '<svg onload=globalThis.ran=1>',
  '<iframe srcdoc="<script>parent.ran=1</script>">',
  'javascript:globalThis.ran=1',
  'JaVaScRiPt&#58;globalThis.ran=1',
  ' onmouseover=globalThis.ran=1 autofocus onfocus=globalThis.ran=1 ',
  '<style>@import "//127.0.0.1:1/x";*{background:url(//127.0.0.1:1/y)}</style>',
  '{{constructor.constructor("globalThis.ran=1")()}}',
  '&lt;script&gt;globalThis.ran=1&lt;/script&gt;',
];

/** What confuses parsers and readers: directions, spaces, letters of no width. */
const ENDS = ['', '\u202e', '\u200b\u2028', ' %3Cscript%3E #{7*7} <%= 7*7 %>', '<!--'];

/** 500 texts that would run, or change a page, if they were not escaped. */
export const hostileTexts = (): string[] =>
  BREAKS.flatMap((start) => RUNS.flatMap((run) => ENDS.map((end) => `${start}${run}${end}`)));
