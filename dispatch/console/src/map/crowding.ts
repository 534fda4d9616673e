// What stands on one spot of the screen is shown as one mark with how many it holds, so that none hides another.

export interface Spot {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

export interface Crowd {
  /** The spot that the others were put to; its place is the crowd's. */
  readonly at: string;
  readonly ids: readonly string[];
}

/**
 * The spots by closeness on the screen: each joins the first crowd that lies within `reach` pixels of it, in the order
 * given, so that the same spots in the same order make the same crowds.
 */
export function crowds(spots: readonly Spot[], reach: number): readonly Crowd[] {
  const found: { head: Spot; ids: string[] }[] = [];
  for (const spot of spots) {
    const near = found.find(({ head }) => Math.hypot(head.x - spot.x, head.y - spot.y) <= reach);
    if (near === undefined) found.push({ head: spot, ids: [spot.id] });
    else near.ids.push(spot.id);
  }
  return found.map(({ head, ids }) => ({ at: head.id, ids }));
}
