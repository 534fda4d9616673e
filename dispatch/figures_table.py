"""Figures as a table for a spreadsheet and as lines for a shell, in the reader's language."""

from collections.abc import Iterable, Sequence

from dispatch.figures import PERCENTS, Estimate, Population, Provenance, Row, Times
from dispatch.spreadsheet import spreadsheet
from dispatch.words import Pair, said

POPULATIONS: dict[Population, Pair] = {
    Population.CIRCLE: ("一、二级（有时限）", "P1, P2 with a target"),
    Population.OTHER: ("其他（有时限）", "others with a target"),
    Population.WITHOUT_TARGET: ("无时限", "without a target"),
    Population.LATE: ("事后补录", "entered late"),
}

SORTED_BY: dict[str, Pair] = {
    "all": ("合计", "all"),
    "priority": ("级别", "priority"),
    "cell": ("网格", "cell"),
    "hour": ("时段", "hour"),
    "type": ("类型", "type"),
    "conditions": ("路况", "conditions"),
}

PROVENANCES: dict[Provenance, Pair] = {
    Provenance.PRESSED: ("队员按键", "pressed"),
    Provenance.POSITION: ("按位置提出并确认", "from position, confirmed"),
    Provenance.RADIO: ("对讲", "radio"),
    Provenance.ASKED: ("事后询问", "asked afterwards"),
    Provenance.LATE: ("补录", "entered late"),
}

_SPANS: dict[str, Pair] = {
    "response": ("响应时间", "response"),
    "alarm_processing": ("接警处置", "alarm processing"),
    "turnout": ("出动准备", "turnout"),
    "travel": ("途中", "travel"),
}


def csv_of(rows: Sequence[Row], language: str) -> bytes:
    """One line a row, seconds and shares as plain numbers; what is not known is empty, never 0."""
    return spreadsheet([[said(head, language) for head in _heads()], *(_cells(row, language) for row in rows)])


def _heads() -> list[Pair]:
    heads: list[Pair] = [
        ("分组", "by"),
        ("编码", "code"),
        ("名称", "name"),
        ("范围", "population"),
        ("警情数", "n"),
        ("达标", "within"),
        ("超时", "beyond"),
        ("未定", "undecided"),
        ("达标率", "share"),
        ("达标率下限 95%", "share, lower 95 %"),
        ("达标率上限 95%", "share, upper 95 %"),
        ("未定全超时", "share if undecided are beyond"),
        ("未定全达标", "share if undecided are within"),
    ]
    for zh, en in _SPANS.values():
        heads += [(f"{zh} 已知", f"{en}, known"), (f"{zh} 未结束", f"{en}, censored"), (f"{zh} 缺失", f"{en}, missing")]
        for percent in PERCENTS:
            heads += [
                (f"{zh} P{percent} 秒", f"{en} P{percent} s"),
                (f"{zh} P{percent} 下限", f"{en} P{percent}, lower 95 %"),
                (f"{zh} P{percent} 上限", f"{en} P{percent}, upper 95 %"),
            ]
    return [*heads, *((f"到达依据：{zh}", f"T5 {en}") for zh, en in PROVENANCES.values())]


def _cells(row: Row, language: str) -> list[str]:
    spans = [getattr(row, name) for name in _SPANS]
    return [
        said(SORTED_BY[row.by], language),
        row.key,
        said((row.name_zh, row.name_en), language),
        said(POPULATIONS[row.population], language),
        *(str(each) for each in (row.n, row.within, row.beyond, row.undecided)),
        *_numbers([row.share.value, row.share.low, row.share.high, row.share_at_least, row.share_at_most], 4),
        *(text for each in spans for text in _times(each)),
        *(str(row.provenance.get(how.value, 0)) for how in PROVENANCES),
    ]


def _times(each: Times) -> list[str]:
    numbers = [number for of in (each.p50, each.p80, each.p90) for number in (of.value, of.low, of.high)]
    return [str(each.known), str(each.censored), str(each.missing), *_numbers(numbers, 1)]


def _numbers(numbers: Iterable[float | None], digits: int) -> list[str]:
    return ["" if each is None else f"{each:.{digits}f}" for each in numbers]


# --- for a shell ---


def lines(rows: Sequence[Row], language: str) -> list[str]:
    """A few lines for each row: what a duty officer reads out."""
    return [line for row in rows for line in _lines(row, language)]


def _lines(row: Row, language: str) -> list[str]:
    name = f"{said(SORTED_BY[row.by], language)} {row.key} {said((row.name_zh, row.name_en), language)}"
    head = f"{' '.join(dict.fromkeys(name.split()))} · {said(POPULATIONS[row.population], language)}: n = {row.n}"
    if row.share.value is not None:
        head += said((f",达标 {row.within} 起,", f", {row.within} within target, "), language) + _share(row, language)
    how = ", ".join(
        f"{said(PROVENANCES[Provenance(each)], language)} {count}" for each, count in row.provenance.items()
    )
    return [
        head,
        *(f"    {said(words, language)}: {_span(getattr(row, name), language)}" for name, words in _SPANS.items()),
        *([f"    T5: {how}"] if how else []),
    ]


def _share(row: Row, language: str) -> str:
    share = row.share
    known = f"{100 * (share.value or 0):.0f} % [{100 * (share.low or 0):.0f}, {100 * (share.high or 0):.0f}]"
    if not row.undecided:
        return known
    least, most = 100 * (row.share_at_least or 0), 100 * (row.share_at_most or 0)
    unsure = said((f"未定 {row.undecided} 起", f"{row.undecided} undecided"), language)
    return f"{known} ({unsure}: {least:.0f}…{most:.0f} %)"


def _span(each: Times, language: str) -> str:
    percents = zip(PERCENTS, (each.p50, each.p80, each.p90), strict=True)
    parts = "  ".join(f"P{percent} {_estimate(of)}" for percent, of in percents)
    unknown = said(
        (
            f"已知 {each.known},未结束 {each.censored},缺失 {each.missing}",
            f"{each.known} known, {each.censored} censored, {each.missing} missing",
        ),
        language,
    )
    return f"{parts} ({unknown})"


def _estimate(of: Estimate) -> str:
    if of.value is None:
        return "—"
    low, high = ("—" if each is None else f"{each:.0f}" for each in (of.low, of.high))
    return f"{of.value:.0f} s [{low}, {high}]"
