// The operator's page in four parts: the incidents, the map, the incident in hand, the units by team.
import { FeedBanner } from "../parts/feed_banner";
import { Header } from "../parts/header";
import { NoticesDesk } from "../notices/notices_desk";
import { DutyDesk } from "../supervisor/duty_desk";
import { ShadowBanner, ShadowDesk } from "../shadow/shadow_desk";
import { supervises } from "../trade/seat";
import { WaysDesk } from "../ways/ways_desk";
import { words } from "../words/language";
import { Alarms } from "./alarms";
import { CallTaking } from "./call_taking";
import type { Desk } from "./desk";
import { IncidentInHand } from "./incident_in_hand";
import { DeskIncidents } from "./incident_list";
import { LateEntry } from "./late_entry";
import { MapPart } from "./map_part";
import { Queue } from "./queue";
import { RadioLine } from "./radio_line";
import { UnitList } from "./unit_list";

export function OperatorPage({ desk }: { desk: Desk }) {
  const feed = desk.feed.value;
  return (
    <div class={`operator ${feed.phase === "down" ? "stale" : ""}`}>
      <Header session={desk.session} feed={feed} showsExercise={desk.showsExercise.value} onLeave={() => void desk.leave()}>
        <WaysDesk desk={desk} />
        <NoticesDesk desk={desk} />
        <ShadowDesk desk={desk} />
        {supervises(desk.session) && <DutyDesk />}
      </Header>
      <ShadowBanner desk={desk} />
      <FeedBanner feed={feed} everLive={desk.everLive.value} />
      <div class="columns">
        <DeskIncidents desk={desk} />
        <MapPart desk={desk} />
        <main class="in-hand">
          {desk.acts && <RadioLine desk={desk} />}
          <Alarms desk={desk} />
          <Queue desk={desk} />
          <Middle desk={desk} />
        </main>
        <UnitList desk={desk} />
      </div>
    </div>
  );
}

function Middle({ desk }: { desk: Desk }) {
  const incident = desk.inHand.value;
  if (desk.calling.value) return <CallTaking desk={desk} />;
  if (desk.entering.value) return <LateEntry desk={desk} />;
  if (incident === null) return <p class="hint">{words.value.incident.choose}</p>;
  return <IncidentInHand key={incident.id} desk={desk} incident={incident} />;
}
