// The small pictures that the map repeats: hatches of cells, signs of posts and call points, the cross of a closed way.
import type { Palette } from "./palette";

export interface Picture {
  readonly data: ImageData;
  readonly pixelRatio: number;
}

const RATIO = 2;

type Draw = (pen: OffscreenCanvasRenderingContext2D, palette: Palette) => void;

/** By name: how large, and how it is drawn. */
const PICTURES: Readonly<Record<string, readonly [size: number, draw: Draw]>> = {
  "hatch-outside": [12, (pen, { cell }) => strokes(pen, cell.outside, 12, [1])],
  "hatch-nobody": [12, (pen, { cell }) => strokes(pen, cell.nobody, 12, [1, -1])],
  "hatch-search": [12, (pen, { cell }) => dot(pen, cell.search, 3, 3, 1.1)],
  "post-base": [18, (pen, palette) => sign(pen, palette, (p) => polygon(p, 9, 9, 7.5, 5, -Math.PI / 2))],
  "post-duty_room": [16, (pen, palette) => sign(pen, palette, (p) => p.rect(3, 3, 10, 10))],
  "post-duty_point": [14, (pen, palette) => sign(pen, palette, (p) => polygon(p, 7, 7, 5.5, 4, 0))],
  "post-police_office": [16, (pen, palette) => sign(pen, palette, (p) => polygon(p, 8, 8, 6.5, 6, 0), "P")],
  "post-fire_station": [16, (pen, palette) => sign(pen, palette, (p) => polygon(p, 8, 9, 7, 3, -Math.PI / 2), "")],
  "post-medical_point": [16, (pen, palette) => sign(pen, palette, (p) => p.arc(8, 8, 6.5, 0, 7), "+")],
  "call-point": [13, (pen, { callPoint, halo }) => ring(pen, callPoint, halo)],
  closed: [16, (pen, { closed, halo }) => cross(pen, closed, halo)],
  limited: [16, (pen, { limited, halo }) => bar(pen, limited, halo)],
};

/** The picture of a name such as `hatch-outside`; null when there is none of that name. */
export function picture(name: string, palette: Palette): Picture | null {
  const [size, draw] = PICTURES[name] ?? [0, null];
  if (draw === null) return null;
  const canvas = new OffscreenCanvas(size * RATIO, size * RATIO);
  const pen = canvas.getContext("2d")!;
  pen.scale(RATIO, RATIO);
  draw(pen, palette);
  return { data: pen.getImageData(0, 0, canvas.width, canvas.height), pixelRatio: RATIO };
}

/** Diagonals that go on without a seam from one tile of the pattern to the next. */
function strokes(pen: OffscreenCanvasRenderingContext2D, colour: string, size: number, slopes: readonly number[]): void {
  pen.strokeStyle = colour;
  pen.lineWidth = 1.6;
  for (const slope of slopes) {
    for (const shift of [-size, 0, size]) {
      pen.beginPath();
      pen.moveTo(shift, slope > 0 ? size : 0);
      pen.lineTo(shift + size, slope > 0 ? 0 : size);
      pen.stroke();
    }
  }
}

function dot(pen: OffscreenCanvasRenderingContext2D, colour: string, x: number, y: number, radius: number): void {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.arc(x, y, radius, 0, 7);
  pen.fill();
}

function sign(
  pen: OffscreenCanvasRenderingContext2D,
  { post, halo }: Palette,
  outline: (pen: OffscreenCanvasRenderingContext2D) => void,
  letter = "",
): void {
  pen.beginPath();
  outline(pen);
  pen.closePath();
  pen.lineWidth = 2.5;
  pen.lineJoin = "round";
  pen.strokeStyle = halo;
  pen.stroke();
  pen.fillStyle = post;
  pen.fill();
  if (letter === "") return;
  pen.fillStyle = halo;
  pen.font = "bold 9px sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(letter, 8, 8.5);
}

function polygon(pen: OffscreenCanvasRenderingContext2D, x: number, y: number, radius: number, corners: number, turn: number): void {
  for (let n = 0; n < corners; n += 1) {
    const angle = turn + (n * 2 * Math.PI) / corners;
    pen.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
}

function ring(pen: OffscreenCanvasRenderingContext2D, colour: string, halo: string): void {
  dot(pen, halo, 6.5, 6.5, 6);
  dot(pen, colour, 6.5, 6.5, 5);
  dot(pen, halo, 6.5, 6.5, 3.2);
  dot(pen, colour, 6.5, 6.5, 1.8);
}

function cross(pen: OffscreenCanvasRenderingContext2D, colour: string, halo: string): void {
  for (const [width, ink] of [[6, halo], [3, colour]] as const) {
    pen.lineWidth = width;
    pen.lineCap = "round";
    pen.strokeStyle = ink;
    pen.beginPath();
    pen.moveTo(4, 4);
    pen.lineTo(12, 12);
    pen.moveTo(12, 4);
    pen.lineTo(4, 12);
    pen.stroke();
  }
}

function bar(pen: OffscreenCanvasRenderingContext2D, colour: string, halo: string): void {
  dot(pen, halo, 8, 8, 7.5);
  dot(pen, colour, 8, 8, 6);
  pen.fillStyle = halo;
  pen.fillRect(4, 7, 8, 2);
}
