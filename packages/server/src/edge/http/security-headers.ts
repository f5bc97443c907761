/** Nothing may be loaded by, and nobody may frame, what is no page. */
const CSP_ANSWER = "default-src 'none'; frame-ancestors 'none'"

/** Pages load their own scripts and styles by address, and talk to this instance alone. */
export const CSP_PAGE =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** On every answer. @see OWASP Secure Headers Project */
export const SECURITY_HEADERS = {
  'content-security-policy': CSP_ANSWER,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const
