#!/usr/bin/env python3
"""Computes the hashes of a verdict again: curl "$api/verdicts/$verdict" | python3 verdict_hash.py"""
import decimal, hashlib, json, sys

def digest(value):
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()

def without(member, items):
    return [{name: value for name, value in item.items() if name != member} for item in items]

verdict = json.load(sys.stdin, parse_float=decimal.Decimal)  # json.dumps refuses a Decimal
inputs = verdict["inputs"]
place = {evidence["id"]: number for number, evidence in enumerate(inputs["evidence"])}
too_old = [{**rule, "evidence": [place[id] for id in rule["evidence"]]} for rule in inputs["tooOld"]]
inputs_hash = digest({**inputs, "engine": verdict["engine"], "tooOld": too_old,
                      "evidence": without("id", inputs["evidence"]),
                      "policies": without("rules", inputs["policies"])})
names = ("releaseId", "environment", "engine", "decision", "results")
verdict_hash = digest({"inputsHash": inputs_hash, **{name: verdict[name] for name in names}})
for name, computed in (("inputsHash", inputs_hash), ("verdictHash", verdict_hash)):
    print(name, computed, "agrees" if computed == verdict[name] else "DIFFERS from " + verdict[name])
sys.exit((inputs_hash, verdict_hash) != (verdict["inputsHash"], verdict["verdictHash"]))
