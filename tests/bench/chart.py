"""Small charts as SVG, readable on light and dark pages: figures by size, both on scales of powers."""
import html
import math

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 300, 200, 58, 48, 28
STYLE = ("text{font:11px sans-serif;fill:#555}.t{font-weight:600;font-size:12px}"
         ".g{stroke:#8884;stroke-width:1}.l{fill:none;stroke:#2a78d0;stroke-width:2}.p{fill:#2a78d0}"
         "@media(prefers-color-scheme:dark){text{fill:#bbb}}")


def slope(points):
    """Of the straight line through the logarithms: 1 grows as the size does, 0 not at all."""
    xs, ys = zip(*[(math.log(x), math.log(y)) for x, y in points])
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    return (sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys))
            / sum((x - mean_x) ** 2 for x in xs))


def short(value):
    for unit, name in ((1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:g}{name}"
    return f"{value:g}"


def panel(title, points, of, at_x, at_y):
    low_x, high_x = math.log10(points[0][0]), math.log10(points[-1][0])
    low_y = math.floor(min(math.log10(y) for _, y in points))
    high_y = max(low_y + 1, math.ceil(max(math.log10(y) for _, y in points)))
    right, bottom = WIDTH - 14, HEIGHT - BOTTOM
    place_x = lambda x: LEFT + (math.log10(x) - low_x) / (high_x - low_x) * (right - LEFT)
    place_y = lambda y: bottom - (math.log10(y) - low_y) / (high_y - low_y) * (bottom - TOP)
    out = [f'<g transform="translate({at_x} {at_y})">',
           f'<text class="t" x="{LEFT}" y="16">{html.escape(title)}</text>',
           f'<text x="{right}" y="31" text-anchor="end">slope {slope(points):.2f}</text>']
    for power in range(low_y, high_y + 1):
        y = place_y(10.0 ** power)
        out += [f'<path class="g" d="M{LEFT} {y:.1f}H{right}"/>',
                f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{short(10.0 ** power)}</text>']
    for x, _ in points[:-1]:
        out.append(f'<text x="{place_x(x):.1f}" y="{bottom + 17}" text-anchor="middle">{short(x)}</text>')
    out.append(f'<text x="{right + 8}" y="{bottom + 17}" text-anchor="end">{short(points[-1][0])} {of}</text>')
    line = " ".join(f"{place_x(x):.1f},{place_y(y):.1f}" for x, y in points)
    out.append(f'<polyline class="l" points="{line}"/>')
    out += [f'<circle class="p" cx="{place_x(x):.1f}" cy="{place_y(y):.1f}" r="3"/>' for x, y in points]
    for (x, y), anchor, up in ((points[0], "start", 13), (points[-1], "end", 7)):
        out.append(f'<text x="{place_x(x):.1f}" y="{place_y(y) - up:.1f}" text-anchor="{anchor}">'
                   f'{short(float(f"{y:.2g}"))}</text>')
    return "\n".join([*out, "</g>"])


def draw(panels, of, columns=3):
    """`panels`: {title: [(size, figure)]}, the sizes being numbers of `of`."""
    rows = -(-len(panels) // columns)
    body = [panel(title, points, of, WIDTH * (n % columns), HEIGHT * (n // columns))
            for n, (title, points) in enumerate(panels.items())]
    size = f'viewBox="0 0 {WIDTH * columns} {HEIGHT * rows}" width="{WIDTH * columns}"'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
                      f"<style>{STYLE}</style>", *body, "</svg>", ""])
