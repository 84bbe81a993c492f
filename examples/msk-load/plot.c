/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "report.h"

#define WIDTH 900
#define HEIGHT 180 /* of one picture */
#define MARGIN 60
#define PICTURES 3
#define CURVES 3 /* in a picture, at most */

/* A value of a second. */
typedef double value_fn(const struct second *s);

static double
answers(const struct second *s)
{
    return (double)s->n[COUNT_ANSWERS];
}

static double
msks(const struct second *s)
{
    return (double)s->n[COUNT_MSK];
}

static double
acknowledgements(const struct second *s)
{
    return (double)s->n[COUNT_ACK];
}

static double
p50(const struct second *s)
{
    return s->p50 / 1000.0;
}

static double
p99(const struct second *s)
{
    return s->p99 / 1000.0;
}

static double
current(const struct second *s)
{
    return (double)s->with_msk;
}

static const struct picture {
    const char *title;
    struct {
        const char *name;
        value_fn *value; /* NULL: no more */
    } curves[CURVES];
} pictures[PICTURES] = {
    { "in a second",
      { { "HTTP answers", answers },
        { "MSKs", msks },
        { "acknowledgements", acknowledgements } } },
    { "HTTP answer, milliseconds", { { "p50", p50 }, { "p99", p99 } } },
    { "members with the newest MSK", { { "members", current } } },
};

static const char *const colours[CURVES] = { "#1f77b4", "#d62728", "#2ca02c" };

static double
top_of(const struct counts *c, const struct picture *picture)
{
    double top = 1;

    for (size_t k = 0; k < CURVES && picture->curves[k].value != NULL; k++)
        for (size_t i = 0; i < c->n_seconds; i++) {
            double v = picture->curves[k].value(&c->seconds[i]);

            top = v > top ? v : top;
        }
    return top;
}

static void
curve(FILE *out, const struct counts *c, value_fn *value, double top, double y,
      const char *colour)
{
    double step = (double)(WIDTH - 2 * MARGIN) /
                  (double)(c->n_seconds > 1 ? c->n_seconds - 1 : 1);

    (void)fprintf(out,
                  "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" "
                  "points=\"",
                  colour);
    for (size_t i = 0; i < c->n_seconds; i++)
        (void)fprintf(out, "%.1f,%.1f ", MARGIN + step * (double)i,
                      y + HEIGHT - value(&c->seconds[i]) / top * HEIGHT);
    (void)fprintf(out, "\"/>\n");
}

static void
text(FILE *out, double x, double y, const char *colour, const char *what)
{
    (void)fprintf(out, "<text x=\"%.0f\" y=\"%.0f\" fill=\"%s\">%s</text>\n", x,
                  y, colour, what);
}

static void
draw(FILE *out, const struct counts *c, const struct picture *picture, double y)
{
    double top = top_of(c, picture);
    char number[32];

    (void)fprintf(out,
                  "<rect x=\"%d\" y=\"%.0f\" width=\"%d\" height=\"%d\" "
                  "fill=\"none\" stroke=\"#999\"/>\n",
                  MARGIN, y, WIDTH - 2 * MARGIN, HEIGHT);
    text(out, MARGIN, y - 8, "#333", picture->title);
    (void)snprintf(number, sizeof number, "%.6g", top);
    text(out, 4, y + 12, "#333", number);
    text(out, 4, y + HEIGHT, "#333", "0");
    (void)snprintf(number, sizeof number, "%zu s", c->n_seconds);
    text(out, WIDTH - MARGIN + 4, y + HEIGHT, "#333", number);
    for (size_t k = 0; k < CURVES && picture->curves[k].value != NULL; k++) {
        curve(out, c, picture->curves[k].value, top, y, colours[k]);
        text(out, WIDTH - MARGIN - 130, y + 18 + 16 * (double)k, colours[k],
             picture->curves[k].name);
    }
}

static void
draw_all(FILE *out, const struct counts *c)
{
    (void)fprintf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                  "viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" "
                  "font-size=\"12\">\n"
                  "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
                  WIDTH, PICTURES * (HEIGHT + MARGIN) + MARGIN / 2);
    for (size_t i = 0; i < PICTURES; i++)
        draw(out, c, &pictures[i],
             MARGIN / 2.0 + (double)i * (HEIGHT + MARGIN));
    (void)fprintf(out, "</svg>\n");
}

bool
report_svg(const struct crowd *crowd, const char *path)
{
    FILE *out = fopen(path, "w");

    if (out != NULL)
        draw_all(out, &crowd->counts);
    if (out != NULL && fclose(out) == 0)
        return true;
    perror(path);
    return false;
}
