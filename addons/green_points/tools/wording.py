"""Whether what people are told promises more than can be kept: English and Chinese.

A list of words, no understanding of them: it may warn of what is harmless, and says nothing of what it does not know.
"""

import re

# What may never be said, whatever the figures.
FORBIDDEN = (
    "guarantee", "promise", "annual", "per year", "yield", "interest", "profit", "return on", "risk-free", "cash out",
    "保证", "承诺", "稳赚", "保本", "年化", "收益", "利息", "回报率", "返现", "提现", "翻倍", "翻番", "零风险",
    "无风险")

# -- numbers ---------------------------------------------------------------------------------------------------------

DIGITS = {digit: value for value, digits in enumerate(
    ("零〇", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")) for digit in digits}
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000, "万": 10_000}
WORDS = {word: value for value, word in enumerate(
    ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=1)}
WORDS |= {"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
SCALES = {"dozen": 12, "hundred": 100, "thousand": 1_000}
DOUBLES = {
    "double": 2, "doubles": 2, "doubled": 2, "doubling": 2, "twice": 2, "twofold": 2, "triple": 3, "triples": 3,
    "tripled": 3, "thrice": 3, "quadruple": 4, "双倍": 2, "加倍": 2, "翻倍": 2, "翻番": 2, "翻一番": 2, "翻两番": 4}

CHINESE = f"[{''.join(DIGITS)}{''.join(UNITS)}点]+"
WORD = "|".join([*WORDS, *SCALES])
NUMBER = rf"(\d+(?:[.,]\d+)?|{CHINESE}|\b(?:{WORD})(?:[\s-]+(?:{WORD}))*\b)"
OF_POINTS = r"(?!\s*(?:of\s+|as\s+many\s+|the\s+)*(?:green\s+)?points\b|\s*的?(?:绿色)?积分)"  # they are not money
MULTIPLE = re.compile(NUMBER + r"[\s-]*(?:×|x\b|times\b|倍|fold\b)" + OF_POINTS)
DOUBLE = re.compile(rf"(\b(?:{'|'.join(word for word in DOUBLES if word.isascii())})\b"
                    rf"|{'|'.join(word for word in DOUBLES if not word.isascii())})" + OF_POINTS)
PERCENT = re.compile(NUMBER + r"\s*(?:%|％|percent|per cent)")
PERCENT_CHINESE = re.compile(rf"百分之({CHINESE})")

# -- denials ---------------------------------------------------------------------------------------------------------

CLAUSE = re.compile(r"[.!?;:,。！？；：，\n](?!\d)")  # a point within a number ends nothing
# What says that nothing is promised holds to the end of its clause; any other denial only where it is near, and
# neither bounds what follows ("no less than", "不会低于") nor is taken back ("not a lottery but", "不是彩票而是").
NO = r"\b(?:no|not|never|nobody|nothing|none|neither|nor|without|cannot|\w+n['’]t)\b"
STOPS = r"(?:but|and|more|less|fewer|only|just|merely|limit|limits|doubt|matter|risk)\b"
DENIED = [re.compile(pattern) for pattern in (
    NO + r"(?:\s+\w+){0,3}?\s+(?:promis|guarante)\w*(?:(?!\bbut\b).)*$",
    NO + r"(?:\s+(?!" + STOPS + r")[\w'’-]+){0,5}\s*$",
    r"(?:不|从未|没有?|无法)(?:会|能|作|做|提供|构成|对任何人)?(?:任何)?(?:承诺|保证)[^但而却]*$",
    r"(?:没有|并非|并无|绝非|绝无|不对|不是|不会|不能|不得|不可|不含|不作|不做|不提供|不构成|不代表|不存在|不产生|从不|从未|无法)"
    r"(?:(?!的|但|而|却|仅|只|止|低于|少于|超过|上限|风险).|任何形式的|固定的){0,8}$",
    r"(?<!除)[不无非未]\s*$")]
DENIED_AFTER = re.compile(
    r"\w*?\s*(?:(?:is|are|was|were|will\s+be)\s+(?:not|never)\s+(?:promised|guaranteed|paid|given)"
    r"|(?:no|nothing)\b(?!\s+" + STOPS + r")"
    r"|[并均都]?(?:不|没有|无法)(?:作|做|予|予以|受|能|会|被|提供|任何)*(?:承诺|保证|支付))")


def find_promises(text, highest_multiple):
    """Return what in ``text`` could promise more than the platform can keep: list of ``(kind, words)``.

    Kinds: ``word`` (never to be said), ``multiple`` (a number of times above ``highest_multiple``, but for numbers
    of points), ``percent`` (a share of 100 % or more, or more than that multiple). What is denied near by is left out.

    :param str text: what shoppers read
    :param float highest_multiple: the most that any cohort released in the scenarios without growth
    """
    low = (text or "").lower()
    found = [("word", match) for word in FORBIDDEN for match in re.finditer(re.escape(word), low)]
    found += [("multiple", match) for match in MULTIPLE.finditer(low) if _read_number(match[1]) > highest_multiple]
    found += [("multiple", match) for match in DOUBLE.finditer(low) if DOUBLES[match[1]] > highest_multiple]
    found += [("percent", match) for pattern in (PERCENT, PERCENT_CHINESE) for match in pattern.finditer(low)
              if _read_number(match[1]) > 100 * min(highest_multiple, 1)]
    return list(dict.fromkeys((kind, match[0].strip()) for kind, match in found if not _is_denied(low, match)))


def _is_denied(text, match):
    """Tell whether ``text`` says near ``match`` that this is not so."""
    before, after = CLAUSE.split(text[:match.start()])[-1], CLAUSE.split(text[match.end():])[0]
    return any(pattern.search(before) for pattern in DENIED) or bool(DENIED_AFTER.match(after))


def _read_number(text):
    """Return the number that ``text`` (what ``NUMBER`` matches) says, as a float."""
    if text[0] in DIGITS or text[0] in UNITS or text[0] == "点":
        return _read_chinese(text)
    if text[0].isdigit():
        return float(text.replace(",", "."))
    value = 0
    for word in re.split(r"[\s-]+", text):
        value = max(value, 1) * SCALES[word] if word in SCALES else value + WORDS[word]
    return float(value)


def _read_chinese(text):
    whole, _point, decimals = text.partition("点")
    value, digit = 0, None
    for sign in whole:
        if sign in DIGITS:
            digit = DIGITS[sign]
            continue
        part = 1 if digit is None else digit
        value, digit = ((value + (digit or 0)) * UNITS[sign] if sign == "万" else value + part * UNITS[sign]), None
    fraction = "".join(str(DIGITS[sign]) for sign in decimals if sign in DIGITS)
    return float(f"{value + (digit or 0)}.{fraction or 0}")
