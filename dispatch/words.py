"""What the service says to people, in Chinese and English."""

from collections.abc import Mapping
from types import MappingProxyType

from dispatch.selection import Why
from geo.speed import EdgeClass

Pair = tuple[str, str]

WHY: Mapping[Why, Pair] = MappingProxyType(
    {
        Why.FIRST: ("最先到达伤者", "first at the patient"),
        Why.MEDICAL: ("最先到达的具备医疗能力的单元", "first with medical skill"),
        Why.NEEDED: ("人数或能力不足时补足处置预案", "needed to fill the run card"),
        Why.NOT_NEEDED: ("已有更快且足够的单元", "others are sooner and enough"),
        Why.NOTHING_TO_ADD: ("无人具备所需能力:{needs}", "has nobody with what is needed: {needs}"),
        Why.UNREACHABLE: ("无可通行路线:{unreachable}", "no open way to the patient: {unreachable}"),
        Why.OFF_DUTY: ("当前无人值班", "has nobody on duty"),
        Why.UNAVAILABLE: ("已申报不可用:{said}", "signed off: {said}"),
        Why.OUT_OF_CONTACT: ("失去联络:{said}", "out of contact: {said}"),
        Why.NO_POSITION: ("不在驻点且位置不明:{last}", "off its post without a position: {last}"),
        Why.BUSY: ("正在处置 {number} 号警情", "on incident {number}"),
        Why.HERE: ("已派往本警情", "already assigned to this incident"),
        Why.DECLINED: ("已拒绝本警情：{declined}", "declined this incident: {declined}"),
    }
)

UNREACHABLE: Mapping[str, Pair] = MappingProxyType(
    {
        "no_way": ("没有开放的道路、步道或索道相连", "nothing open joins the two"),
        "origin_off_network": ("单元位置远离任何道路", "the unit is far from any way"),
        "destination_off_network": ("伤者位置远离任何道路(需搜救)", "the patient is far from any way (a search)"),
    }
)

OBSTACLES: Mapping[str, Pair] = MappingProxyType(
    {
        "lift_shut": ("“{name}”停运", "{name} does not run now"),
        "lift_shut_until": ("“{name}”停运，{until} 恢复", "{name} does not run until {until}"),
        "closure": ("“{name}”已封闭", "{name} is closed"),
        "closure_until": ("“{name}”封闭至 {until}", "{name} is closed until {until}"),
        "conditions": ("“{name}”因当前路况关闭", "{name} is closed under the present conditions"),
        "conditions_no_vehicles": ("{name}时车辆停驶", "no vehicles move in {name}"),
        "island": (
            "“{name}”一带与其他路网不相连（孤岛）",
            "the ways around {name} are an island: nothing joins them to the others",
        ),
        "origin_off_network": UNREACHABLE["origin_off_network"],
        "destination_off_network": UNREACHABLE["destination_off_network"],
    }
)
"""What leaves a unit no way, by cause; ``_until`` where the end is known."""

EDGE_CLASSES: Mapping[EdgeClass, Pair] = MappingProxyType(
    {
        EdgeClass.ROAD: ("车行道", "roads"),
        EdgeClass.FLAGSTONE: ("石板路", "flagstone ways"),
        EdgeClass.STAIRS: ("台阶", "stairs"),
        EdgeClass.TRAIL: ("游步道", "trails"),
        EdgeClass.PATH: ("土路", "paths"),
        EdgeClass.CABLEWAY: ("索道", "cableways"),
        EdgeClass.LIFT: ("电梯", "lifts"),
        EdgeClass.RAIL: ("轨道", "rails"),
        EdgeClass.FERRY: ("渡船", "ferries"),
    }
)
"""The kinds of way, as many of them are called."""

CLOSURE_MODES: Mapping[str, Pair] = MappingProxyType(
    {
        "shut": ("封闭", "shut"),
        "slow": ("缓行", "slow"),
        "one_way": ("单向通行", "one-way"),
        "on_request": ("应请求开放", "open on request"),
    }
)

LONGER_WAY: Pair = ("；“{ways}”管制，多用约 {minutes} 分钟", "; about {minutes} min longer for a closure: {ways}")
GOES_IN: Pair = ("；须进入封闭路段", "; has to go into a closed way")
"""What a closure means for a unit, after the reason why it is or is not chosen."""

CAPABILITIES: Mapping[str, Pair] = MappingProxyType(
    {
        "FA": ("急救", "first aid"),
        "AED": ("除颤", "AED"),
        "STR": ("担架", "stretcher bearing"),
        "STRETCHER": ("担架器材", "a stretcher"),
        "THROW": ("抛绳", "a throw line"),
        "ROPE": ("绳索", "rope"),
        "FIRE": ("消防", "fire"),
        "MED": ("医疗", "medical"),
        "DRV": ("驾驶", "driver"),
        "K": ("韩语", "Korean"),
        "E": ("英语", "English"),
    }
)

STATES: Mapping[str, Pair] = MappingProxyType(
    {
        "assigned": ("待接警", "not acknowledged"),
        "acknowledged": ("已接警", "acknowledged"),
        "en_route": ("途中", "on the way"),
        "on_scene": ("到达现场", "on scene"),
        "at_patient": ("已到伤者身边", "at the patient"),
        "moving": ("转运中", "moving the patient"),
        "handed_over": ("已移交", "handed over"),
        "cleared": ("已归队", "cleared"),
        "declined": ("已拒绝", "declined"),
        "timed_out": ("无应答", "not answered in time"),
        "revoked": ("已撤回", "called off"),
        "open": ("未结束", "open"),
        "closed": ("已结束", "closed"),
    }
)
"""The states of an assignment and an incident, as an adjective says them."""

SHOWN: Mapping[str, Pair] = MappingProxyType(
    {
        "received": ("已接报，未定位", "received, its place not known"),
        "waiting": ("待派警", "waiting for a unit"),
        "assigned": ("已派警", "assigned"),
        "under_way": ("处置中", "under way"),
        "closed": ("已结束", "closed"),
    }
)
"""What a screen says of an incident."""

OUTCOMES: Mapping[str, Pair] = MappingProxyType(
    {
        "done": ("处置完毕", "done"),
        "duplicate_of": ("重复警情", "a duplicate of another, which it names"),
        "false_alarm": ("误报", "a false alarm"),
        "transferred": ("移交其他单位", "handed on to others, whom it names"),
        "cancelled": ("已撤销", "cancelled"),
    }
)
"""How an incident ended."""

STEPS: Mapping[str, Pair] = MappingProxyType(
    {
        "alarmed": ("响铃", "ring"),
        "acknowledge": ("接警", "acknowledge"),
        "decline": ("拒绝", "decline"),
        "en_route": ("出发", "set out"),
        "on_scene": ("到场", "arrive on scene"),
        "at_patient": ("到伤者身边", "arrive at the patient"),
        "moving": ("转运", "move the patient"),
        "handed_over": ("移交", "hand over"),
        "clear": ("归队", "clear"),
        "need_help": ("请求支援", "call for help"),
        "note": ("备注", "take a note"),
        "revoke": ("撤回", "call off"),
        "time_out": ("无应答", "time out"),
        "correct": ("更正", "correct"),
        "assign": ("派警", "assign"),
        "locate": ("定位", "locate"),
        "retype": ("改类型", "change the type"),
        "priority": ("改优先级", "change the priority"),
        "confirm": ("确认属实", "confirm"),
        "close": ("结束", "close"),
        "cancel": ("撤销", "cancel"),
        "reopen": ("重新打开", "reopen"),
        "transfer": ("转交", "transfer"),
        "evacuate": ("安排转运", "plan the way out"),
        "report": ("补充接报", "add a report"),
    }
)
"""The steps of an assignment and an incident, as a verb says them."""

ROLES: Mapping[str, Pair] = MappingProxyType(
    {
        "operator": ("值班员", "operator"),
        "supervisor": ("值班长", "supervisor"),
        "planner": ("规划员", "planner"),
        "viewer": ("大屏", "viewer"),
        "crew": ("队员", "crew"),
        "committee": ("管委会", "committee"),
    }
)


LATE_FAULTS: Mapping[str, Pair] = MappingProxyType(
    {
        "ahead": ("{field} 晚于现在", "{field} lies ahead of now"),
        "too_old": ("{field} 早于 31 天前", "{field} is more than 31 days ago"),
        "before": ("{field} 不能早于 {other}", "{field} cannot be before {other}"),
        "elsewhere": ("{field}：当时正在 {other}", "{field}: it was on {other} at that time"),
    }
)
"""Why a time that is entered late cannot be."""

TIMES: Mapping[str, Pair] = MappingProxyType(
    {
        "reported_at": ("接报时间", "the report"),
        "closed_at": ("结束时间", "the end"),
        "assigned_at": ("派警", "assigned"),
        "acknowledged_at": ("接警", "acknowledged"),
        "en_route_at": ("出发", "en route"),
        "on_scene_at": ("到场", "on scene"),
        "at_patient_at": ("到伤者身边", "at the patient"),
        "moving_at": ("转运", "moving"),
        "handed_over_at": ("移交", "handed over"),
        "cleared_at": ("归队", "clear"),
    }
)
"""Times of an incident and of a unit, by their fields."""

PAGE: Pair = (
    "【十分钟救援圈】{unit}：{number} 号警情，{what}，{where}。回复 1 接警，2 无法前往。",
    "[Rescue Circle] {unit}: incident {number}, {what}, {where}. Reply 1 to acknowledge, 2 to decline.",
)
"""An order in one text message."""

NOT_KNOWN_YET: Pair = ("情况不明", "not known yet")


def said(pair: Pair, language: str) -> str:
    """The text of the pair for a reader of ``language``."""
    return pair[0] if language.startswith("zh") else pair[1]


def capabilities(codes: frozenset[str] | list[str], language: str) -> str:
    """Capabilities as people read them: ``急救+担架``; nothing particular is ``人员`` (people)."""
    names = [said(CAPABILITIES.get(code, (code, code)), language) for code in sorted(codes)]
    return "+".join(names) or said(("人员", "people"), language)
