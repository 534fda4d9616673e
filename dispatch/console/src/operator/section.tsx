import type { ComponentChildren } from "preact";

/** One part of the incident in hand, under its title, with what stands beside the title. */
export function Section({ title, aside, children }: { title: string; aside?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section>
      <div class="section-head">
        <h3>{title}</h3>
        {aside}
      </div>
      {children}
    </section>
  );
}
