import { ColorType, type ChartOptions, type DeepPartial } from 'lightweight-charts';

/** Pixels from one tick to the next: a few hundred ticks are seen at once. */
const BAR_SPACING = 1.5;

/** Pixels between the newest tick and the scale. */
const LABEL_ROOM = 24;

/** A colour of the style sheet, as the visitor's light or dark setting has it. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** How every chart looks. The library's name stands below the page, so that its picture need not. */
export function chartLook(): DeepPartial<ChartOptions> {
  return {
    autoSize: true,
    layout: {
      background: { type: ColorType.Solid, color: colour('card') },
      textColor: colour('soft'),
      attributionLogo: false,
    },
    grid: { vertLines: { color: colour('line') }, horzLines: { color: colour('line') } },
    rightPriceScale: { borderColor: colour('line') },
    timeScale: {
      borderColor: colour('line'),
      timeVisible: true,
      secondsVisible: true,
      barSpacing: BAR_SPACING,
      minBarSpacing: 0.2,
      // Half the newest label's width, which would be cut off at the edge.
      rightOffsetPixels: LABEL_ROOM,
      allowBoldLabels: false,
    },
  };
}

/** Calls back when the visitor changes between light and dark. */
export function onThemeChange(change: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', change);
}
