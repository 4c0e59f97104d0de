"""Whether what people are told promises more than can be kept."""

import re

# What may never be said, whatever the figures: English and Chinese.
FORBIDDEN = (
    "guarantee", "promise", "annual", "per year", "yield", "interest", "profit", "return on", "risk-free", "cash out",
    "保证", "承诺", "稳赚", "保本", "年化", "收益", "利息", "回报率", "返现", "提现", "翻倍", "零风险")
DENIALS = ("no ", "not ", "never ", "nobody ", "without ", "不", "无", "非", "没有")
NUMBER = r"(\d+(?:[.,]\d+)?)"
MULTIPLE = re.compile(NUMBER + r"\s*(?:×|x\b|times|倍|-fold)", re.IGNORECASE)
PERCENT = re.compile(NUMBER + r"\s*(?:%|％|percent)", re.IGNORECASE)
SENTENCE = re.compile(r"[.!?;。！？；\n]")


def find_promises(text, highest_multiple):
    """Return what in ``text`` could promise more than the platform can keep: list of ``(kind, words)``.

    Kinds: ``word`` (never to be said, unless its sentence denies it before), ``multiple`` (a number of times above
    ``highest_multiple``), ``percent`` (a share of 100 % or more, or more than that multiple).

    :param str text: what shoppers read
    :param float highest_multiple: the most that any cohort released in the scenarios without growth
    """
    low = (text or "").lower()
    found = [("word", word) for word in FORBIDDEN for match in re.finditer(re.escape(word), low)
             if not any(denial in SENTENCE.split(low[:match.start()])[-1] for denial in DENIALS)]
    found += [("multiple", match[0]) for match in MULTIPLE.finditer(low)
              if float(match[1].replace(",", ".")) > highest_multiple]
    found += [("percent", match[0]) for match in PERCENT.finditer(low)
              if float(match[1].replace(",", ".")) > 100 * min(highest_multiple, 1)]
    return list(dict.fromkeys(found))
