"""How many SMS segments a body takes: 160 GSM-7 septets or 70 UCS-2 units, 153 and 67 once it is split."""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijkl"
    "mnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
_GSM_WHOLE, _GSM_PART = 160, 153
_UCS2_WHOLE, _UCS2_PART = 70, 67


def segments(body: str) -> int:
    if all(letter in _BASIC or letter in _EXTENDED for letter in body):
        septets = len(body) + sum(letter in _EXTENDED for letter in body)
        return _parts(septets, _GSM_WHOLE, _GSM_PART)
    return _parts(len(body.encode("utf-16-be")) // 2, _UCS2_WHOLE, _UCS2_PART)


def _parts(length: int, whole: int, part: int) -> int:
    return 1 if length <= whole else -(-length // part)
