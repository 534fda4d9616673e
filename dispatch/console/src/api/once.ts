// A request that creates something is done once: while its outcome is unknown, sending it again uses the same id.
import { newId } from "../trade/id";
import { post, Refusal } from "./client";

const undecided = new Map<string, string>();

export async function postOnce<Answer>(path: string, body: object): Promise<Answer> {
  const what = `${path} ${JSON.stringify(body)}`;
  const id = undecided.get(what) ?? newId();
  undecided.set(what, id);
  try {
    const answer = await post<Answer>(path, { id, ...body });
    undecided.delete(what);
    return answer;
  } catch (failure) {
    if (failure instanceof Refusal && !failure.passing) undecided.delete(what);
    throw failure;
  }
}
