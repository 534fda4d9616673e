// The head of every signed-in page: product, area, whether its data is illustrative, who sits here, language, leave.
import type { ComponentChildren } from "preact";
import type { Session } from "../api/wire";
import type { FeedState } from "../feed/feed";
import { seatName } from "../words/role";
import { nameOf, switchLanguage, words } from "../words/language";
import { drillWhy } from "./drill";
import { FeedLamp } from "./feed_banner";

interface Properties {
  session: Session;
  feed: FeedState;
  onLeave: () => void;
  /** Something on the page belongs to an exercise. */
  showsExercise?: boolean;
  children?: ComponentChildren;
}

export function Header({ session, feed, onLeave, showsExercise = false, children }: Properties) {
  const say = words.value;
  const drill = drillWhy(session, showsExercise);
  return (
    <header class={drill === null ? "header" : "header drill"}>
      {drill !== null && (
        <strong class="drill-ribbon" title={drill}>
          {say.drill.ribbon}
        </strong>
      )}
      <h1 class="product">{say.product}</h1>
      <span class="area">{nameOf({ name_zh: session.area_name_zh, name_en: session.area_name_en })}</span>
      {session.illustrative && (
        <span class="illustrative" title={say.illustrativeWhy}>
          {say.illustrative}
        </span>
      )}
      {children}
      <FeedLamp feed={feed} />
      <span class="who">
        {seatName(session.role, session.unit_code ?? session.name)}
      </span>
      <LanguageSwitch />
      <button type="button" class="quiet" onClick={onLeave}>
        {say.logIn.leave}
      </button>
    </header>
  );
}

export function LanguageSwitch() {
  return (
    <button type="button" class="quiet language" lang={words.value.otherLanguage === "English" ? "en" : "zh-CN"} onClick={switchLanguage}>
      {words.value.otherLanguage}
    </button>
  );
}
