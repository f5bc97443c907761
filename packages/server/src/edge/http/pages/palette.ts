/** The colours of pages that are saved and sent on. Contrasts: WCAG 2.2 AA in both schemes. */
export const PALETTE =
  ':root{color-scheme:light dark;--paper:light-dark(#fff,#12161c);--raised:light-dark(#f5f7fa,#1a2029);--line:light-dark(#d5dce5,#313b48);--ink:light-dark(#16202c,#e5eaf1);--soft:light-dark(#4d5b6a,#a9b6c5);--link:light-dark(#1a5aa5,#7db8ff);--good:light-dark(#1c6b3c,#74d099);--warn:light-dark(#8a5300,#f0b35c);--bad:light-dark(#a8262b,#ff9a94)}'
