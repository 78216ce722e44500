"""``gongkai rules``: what is checked, and why."""

from __future__ import annotations

import argparse

from gongkai.checks.rules import rule_of
from gongkai.cli.console import CLEAN, put, show
from gongkai.output import rule_lines, rule_to_dict, rules_lines, rules_to_list, to_json


def run_rules(options: argparse.Namespace) -> int:
    if options.rule:
        rule = rule_of(options.rule)
        if options.json:
            put(to_json(rule_to_dict(rule)))
        else:
            show(rule_lines(rule))
    elif options.json:
        put(to_json(rules_to_list(options.edition, options.all)))
    else:
        show(rules_lines(options.edition, options.all))
    return CLEAN
