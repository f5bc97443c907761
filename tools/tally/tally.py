#!/usr/bin/env python3
"""Counts exported elections again (`GET /v2/governance/proposals/{id}/election`, format forge.election/1).

    python3 tally.py election.json ...      or      … | python3 tally.py

Reads JSON documents, one after the other. For each it says whether digest and result follow from what the file holds; ends with 1 where one
does not, and with 2 for what is no election. It shares nothing with the program whose votes it counts: only the rules, as they are written in
README.md beside it. Needs Python 3.8 or newer and nothing else.
"""
import hashlib
import json
import sys

DEPTH = 3
WORDS = ("for", "against", "abstain")


def digest(election):
    """SHA-256 of the canonical JSON (RFC 8785) of what was fixed when voting opened: ASCII names and whole numbers alone."""
    names = ("proposal", "action", "rules", "opens_at", "closes_at", "voters", "delegations")
    fixed = {name: election[name] for name in names}
    text = json.dumps(fixed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def speaker(voter, delegate, said):
    """Who speaks for a voter that said nothing: the first along at most three delegations who said something."""
    for _ in range(DEPTH):
        voter = delegate.get(voter)
        if voter is None or voter in said:
            return voter
    return None


def weigh(election, said):
    """What the votes come to, as they are."""
    rules, weights = election["rules"], {voter["id"]: voter["weight"] for voter in election["voters"]}
    # A delegation leads from a voter to a voter, or nowhere.
    delegate = {d["from"]: d["to"] for d in election["delegations"] if d["from"] in weights and d["to"] in weights}
    behind = {}
    for voter, weight in weights.items():
        if voter not in said:
            one = speaker(voter, delegate, said)
            behind[one] = behind.get(one, 0) + weight
    total = sum(weights.values())
    share = total * rules["delegate_share_max_percent"] // 100
    votes, weight, beyond = dict.fromkeys(WORDS, 0), dict.fromkeys(WORDS, 0), 0
    for voter, word in said.items():
        others = behind.get(voter, 0)
        carried = min(others, max(0, share - weights[voter]))
        votes[word] += 1
        weight[word] += weights[voter] + carried
        beyond += others - carried
    cast = sum(weight.values())
    has_quorum = total > 0 and cast * 100 >= rules["quorum_percent"] * total
    return {
        "outcome": outcome(rules["threshold"], weight) if has_quorum else "no_quorum",
        "votes": votes,
        "weight": weight,
        "cast": cast,
        "total": total,
        "beyond_share": beyond,
        "has_quorum": has_quorum,
    }


def outcome(threshold, weight):
    decided = weight["for"] + weight["against"]
    have, need = weight["for"] * threshold["denominator"], decided * threshold["numerator"]
    passes = decided > 0 and (have > need if threshold["is_beyond"] else have >= need)
    return "passed" if passes else "rejected"


def count(election):
    """The result: ballots in their order, the last one of a voter, those of voters alone, from the opening until the close."""
    rules, may = election["rules"], {voter["id"] for voter in election["voters"]}
    closes_at, quorum_at, said = election["closes_at"], None, {}
    for ballot in sorted(election["ballots"], key=lambda one: one["sequence"]):
        if ballot["voter"] not in may or not election["opens_at"] <= ballot["at"] < closes_at:
            continue
        said[ballot["voter"]] = ballot["vote"]
        if quorum_at is None and weigh(election, said)["has_quorum"]:
            quorum_at = ballot["at"]
            if quorum_at > closes_at - rules["late_ms"]:
                closes_at = max(closes_at, quorum_at + rules["extension_ms"])
    return {**weigh(election, said), "quorum_at": quorum_at, "closes_at": closes_at}


def documents(text):
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        document, at = decoder.raw_decode(text, at)
        yield document


def judge(election):
    """What is wrong with an election, in words; nothing where all of it follows."""
    if election["format"] != "forge.election/1":
        raise ValueError(f"the format is {election['format']}, expected forge.election/1")
    wrong = []
    if digest(election) != election["digest"]:
        wrong.append(f"the digest is {digest(election)}, and the file says {election['digest']}")
    counted = count(election)
    for name, value in counted.items():
        if election["result"].get(name) != value:
            wrong.append(f"{name} is {json.dumps(value)}, and the file says {json.dumps(election['result'].get(name))}")
    return wrong, counted


def main(paths):
    texts = [open(path, encoding="utf-8").read() for path in paths] or [sys.stdin.read()]
    seen = differing = 0
    for election in (one for text in texts for one in documents(text)):
        wrong, counted = judge(election)
        seen += 1
        differing += bool(wrong)
        for words in wrong:
            print(f"{election['proposal']}: {words}")
        if not wrong and len(paths) > 0:
            w, total = counted["weight"], counted["total"]
            print(f"{election['proposal']}: {counted['outcome']}, {w['for']} for and {w['against']} against of {total}")
    print(f"{seen} counted again, {differing} differ")
    return 1 if differing or seen == 0 else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"no election: {error!r}", file=sys.stderr)
        sys.exit(2)
