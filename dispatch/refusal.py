"""Every way the service says no: a stable code, a sentence in Chinese and in English, and the facts."""

from types import MappingProxyType
from typing import Any, ClassVar

from dispatch import words

Facts = dict[str, Any]


class Refusal(Exception):
    """Something asked for is not done, and nothing was changed. ``detail`` holds facts for programs."""

    code: ClassVar[str] = "refused"
    zh: ClassVar[str] = "无法执行"
    en: ClassVar[str] = "this cannot be done"

    def __init__(self, *, field: str | None = None, detail: Facts | None = None, **facts: Any) -> None:
        self.field = field
        self.detail = detail or {}
        self.facts = facts
        super().__init__(self.sentence("en"))

    def sentence(self, language: str) -> str:
        """The refusal in one sentence, Chinese for ``zh``, English for anything else."""
        said = {name: _said(name, fact, language) for name, fact in self.facts.items()}
        return words.said((self.zh, self.en), language).format(**said)


_WORDS = MappingProxyType(
    {"state": words.STATES, "step": words.STEPS, "role": words.ROLES, "mode": words.CLOSURE_MODES}
)


def _said(name: str, fact: Any, language: str) -> Any:
    """A state, step, role or mode in the language of the sentence; any other fact, and a word not known, as it is."""
    pair = _WORDS[name].get(fact) if name in _WORDS else None
    return fact if pair is None else words.said(pair, language)


class BadRequest(Refusal):
    """What was sent cannot be read; ``fact`` says what is wrong with ``field``."""

    code = "bad_request"
    zh = "请求有误:{fact}"
    en = "the request cannot be read: {fact}"


class NotSignedIn(Refusal):
    code = "not_signed_in"
    zh = "请先登录"
    en = "sign in first: no valid session came with the request"


class WrongLogin(Refusal):
    code = "wrong_login"
    zh = "账号或密码不正确"
    en = "login or password is wrong"


class WrongCode(Refusal):
    """Unknown, used and expired are told alike, so that guessing teaches nothing."""

    code = "wrong_code"
    zh = "登录码不正确、已用过或已过期"
    en = "the code is wrong, used or expired"


class OneWayIn(Refusal):
    code = "one_way_in"
    zh = "登录只能用一种方式:账号和密码,或一次性登录码"
    en = "sign in by login and password, or by a one-time code, and not by both"


class OneSeat(Refusal):
    code = "one_seat"
    zh = "登录码只能给一个席位:login 或 unit"
    en = "a code is for exactly one of login, unit"


class TooManyTries(Refusal):
    code = "too_many_tries"
    zh = "尝试次数过多,请 {wait_s} 秒后再试"
    en = "too many tries; try again in {wait_s} s"


class NotSigned(Refusal):
    """A message from a neighbour that its signature does not vouch for; ``fact`` says why."""

    code = "not_signed"
    zh = "签名校验未通过：{fact}"
    en = "the signature does not vouch for this: {fact}"


class Forbidden(Refusal):
    code = "forbidden"
    zh = "当前席位({role})无此权限"
    en = "a {role} seat may not do this"


class OutsideOwnCells(Refusal):
    """A seat that is bound to cells says that something happened elsewhere, or not where."""

    code = "outside_own_cells"
    zh = "“{place}”不在本席位的网格内，请转告指挥中心"
    en = "{place!r} is not in this seat's cells: pass the call on to the command centre"


class CellNotKnown(Refusal):
    code = "cell_not_known"
    zh = "请指明在本席位的哪个网格"
    en = "say in which of this seat's cells it is"


class WrongOrigin(Refusal):
    code = "forbidden"
    zh = "不接受来自其他网站的请求"
    en = "requests from another site are refused"


class NotFound(Refusal):
    code = "not_found"
    zh = "找不到{what_zh}:{name}"
    en = "there is no {what_en} {name}"


class UnknownCode(Refusal):
    """A code in a request names nothing in the area."""

    code = "unknown_code"
    zh = "{what_zh}“{value}”不存在"
    en = "there is no {what_en} with the code {value!r}"


class IdReused(Refusal):
    code = "id_reused"
    zh = "编号 {id} 已用于另一个内容不同的请求"
    en = "the id {id} was already used for a request with another content"


class TooFarAway(Refusal):
    code = "too_far_away"
    zh = "该位置距景区边界 {distance_km:.1f} 千米,超过 {limit_km:.0f} 千米,不受理(请检查坐标系)"
    en = "the point lies {distance_km:.1f} km outside the area, more than {limit_km:.0f} km (is the datum right?)"


class NotOnThatWay(Refusal):
    code = "not_on_that_way"
    zh = "该点 {limit_m:.0f} 米内没有可站人的路段 {edge}"
    en = "the point is not within {limit_m:.0f} m of {edge} where people can stand on it"


class OneLocation(Refusal):
    code = "one_location"
    zh = "位置只能给出一种:point、call_point、cell 或 place"
    en = "a location is exactly one of point, call_point, cell, place"


class Missing(Refusal):
    code = "missing"
    zh = "步骤 {step} 需要填写 {name}"
    en = "the step {step} needs {name}"


class OneNaming(Refusal):
    code = "one_naming"
    zh = "要封闭的路段只能用一种方式给出:edges、kind 或 polygon"
    en = "what is closed is named by exactly one of edges, kind, polygon"


class NoEdgeThere(Refusal):
    """A kind or a polygon names no edge at all."""

    code = "no_edge_there"
    zh = "{what_zh}没有任何路段"
    en = "there is no edge {what_en}"


class TooManyEdges(Refusal):
    code = "too_many_edges"
    zh = "一次封闭最多 {most} 段,这里有 {edges} 段"
    en = "a closure is of at most {most} edges, these are {edges}"


class NotAPolygon(Refusal):
    code = "not_a_polygon"
    zh = "polygon 的边线自相交,或围不成面"
    en = "the ring of the polygon crosses itself or encloses nothing"


class ModeNeeds(Refusal):
    code = "mode_needs"
    zh = "“{mode}”须给出 {name}"
    en = "a closure that is {mode} needs {name}"


class ModeHasNo(Refusal):
    code = "mode_has_no"
    zh = "“{mode}”不能带 {name}"
    en = "a closure that is {mode} has no {name}"


class WrongPeriod(Refusal):
    code = "wrong_period"
    zh = "until({until})须晚于 {name}({earlier})"
    en = "until ({until}) must be later than {name} ({earlier})"


class ClosureOver(Refusal):
    code = "closure_over"
    zh = "该封闭已于 {since} 结束"
    en = "this closure was over at {since}"


class IllegalStep(Refusal):
    code = "illegal_step"
    zh = "当前状态为“{state}”,不能执行“{step}”"
    en = "cannot {step} when {state}"


class SameIncident(Refusal):
    code = "same_incident"
    zh = "不能把警情与自身关联"
    en = "an incident cannot be linked with itself"


class RepeatsAnother(Refusal):
    code = "repeats_another"
    zh = "该警情本身已作为 {number} 号警情的重复结束"
    en = "that incident was itself closed as a repeat of no. {number}"


class LinkedAlready(Refusal):
    code = "linked_already"
    zh = "这两个警情已经关联"
    en = "these two incidents are linked already"


class LinkOver(Refusal):
    code = "link_over"
    zh = "该关联已经解除"
    en = "this link has been ended already"


class OnlyReport(Refusal):
    code = "only_report"
    zh = "{number} 号警情只有这一条接报，不能再拆出"
    en = "this is the only report of incident {number}: there is nothing to split it from"


class ImpossibleTimes(Refusal):
    """What is entered late cannot have been so; ``detail.fields`` says of each field why, in the sender's language."""

    code = "impossible_times"
    zh = "时间有误：{fact}"
    en = "these times cannot be: {fact}"


class OwnedAlready(Refusal):
    code = "owned_already"
    zh = "该警情已由 {owner} 负责"
    en = "{owner} has this incident in hand already"


class NotOwner(Refusal):
    code = "not_owner"
    zh = "该警情不由本管委会负责"
    en = "this seat's committee does not have this incident in hand"


class OutOfOrder(Refusal):
    """A corrected time would lie on the wrong side of another one."""

    code = "out_of_order"
    zh = "该时间与 {other} 的先后不符，或晚于现在"
    en = "that time would be out of order with {other}, or lies ahead"


class Stale(Refusal):
    """A crew answers an order that has been ended meanwhile."""

    code = "stale"
    zh = "该派警已结束({state}),不能再执行“{step}”"
    en = "this assignment has ended ({state}): too late to {step}"


class UnitsStillOut(Refusal):
    code = "units_still_out"
    zh = "仍有单元在执行任务,不能关闭:{units}"
    en = "cannot close while units are still assigned: {units}"


class UnitAlreadyAssigned(Refusal):
    code = "unit_already_assigned"
    zh = "单元 {unit} 已派往 {number} 号警情(自 {since})"
    en = "unit {unit} is already assigned to incident {number}, since {since}"


class MayNotTake(Refusal):
    """A unit is with a patient, or the incident that has it is as urgent: it is not taken away."""

    code = "may_not_take"
    zh = "不能从 {number} 号警情调走 {unit}（{state}）"
    en = "{unit} ({state}) may not be taken from incident {number}"


class ShadowMode(Refusal):
    """The desk works by radio there: the system commands nobody."""

    code = "shadow_mode"
    zh = "影子运行：系统不下达命令。请用对讲派出，并记录谁出动"
    en = "shadow mode: the system commands nobody. Send by radio, and log who went"


class LiveIncident(Refusal):
    code = "live_incident"
    zh = "该警情按正式运行受理：请派警，而不是记录谁出动"
    en = "this incident is run live: send a unit to it instead of logging who went"


class LoggedAlready(Refusal):
    code = "logged_already"
    zh = "单元 {unit} 出动已记录"
    en = "that {unit} went is logged already"


class NobodyOn(Refusal):
    code = "nobody_on_duty"
    zh = "单元 {unit} 当前无人值班,不能派出"
    en = "unit {unit} has nobody on duty and cannot be sent"


class UnitNotFree(Refusal):
    """Only a unit that could be sent to an incident is sent to stand by elsewhere."""

    code = "unit_not_free"
    zh = "单元 {unit} 当前不可派，不能补位"
    en = "unit {unit} cannot be sent now, so it cannot stand by elsewhere"


class NoPosition(Refusal):
    code = "no_position"
    zh = "单元 {unit} 的位置未知"
    en = "nobody knows where unit {unit} is"


class OneEnd(Refusal):
    code = "one_end"
    zh = "起点或终点只能给出一种：{names}"
    en = "an origin or a destination is exactly one of {names}"


class NobodyToTell(Refusal):
    """A notice to nobody: the audience names no unit."""

    code = "nobody_to_tell"
    zh = "通报没有接收单元：请选择全部，或至少一个有单元的分队、网格或驻点"
    en = "the notice would reach no unit: say all, or name teams, cells or posts that have units"


class NotAPicture(Refusal):
    code = "not_a_picture"
    zh = "图片只能是 JPEG、PNG 或 WebP，且不超过 {limit_kb} KB"
    en = "the photo must be a JPEG, PNG or WebP of at most {limit_kb} kB"


class NoticeOver(Refusal):
    code = "notice_over"
    zh = "该通报已于 {since} 结束"
    en = "the notice ended at {since}"


class ReasonRequired(Refusal):
    code = "reason_required"
    zh = "{unit} 不是推荐单元(推荐:{recommended}),改派须说明理由"
    en = "{unit} is not what was recommended ({recommended}); taking it needs a reason"


class NotLocated(Refusal):
    code = "not_located"
    zh = "警情尚未定位,无法推荐或派警"
    en = "the incident is not located yet, so nobody can be recommended or sent"


class OtherDecision(Refusal):
    code = "other_decision"
    zh = "该决策属于另一警情"
    en = "that decision was made for another incident"


class GroundGone(Refusal):
    """What a stored decision rests on is no longer kept, so that it cannot be made again."""

    code = "ground_gone"
    zh = "该决策所依据的{what_zh}“{name}”已不再保存，无法重放"
    en = "the {what_en} {name!r} that the decision rests on is no longer kept, so that it cannot be replayed"


class ExerciseMismatch(Refusal):
    code = "exercise_over"
    zh = "演练“{name}”已结束或未开始"
    en = "the exercise {name!r} is over or has not begun"


class Busy(Refusal):
    """Nothing is known to have changed; ask again with the same id."""

    code = "busy"
    zh = "系统繁忙,请用同一编号重试"
    en = "the service is busy; ask again with the same id"


class Unknown(Refusal):
    """The answer was lost on the way; the change may or may not have been made."""

    code = "unknown"
    zh = "结果未知,请用同一编号重试"
    en = "the outcome is not known; ask again with the same id"
