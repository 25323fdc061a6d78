"""A picture of a PDF's first page, or of a picture, as PNG: run as a process of its own.

`previews` starts it with the file's path and kind. It takes its own memory, time and files away
first, so that no document, however made, costs the portal more than a process that ends.
"""

import io
import resource
import sys

MEMORY = 1024 * 1024 * 1024  # bytes of address space
SECONDS = 10  # of processor time
WIDTH = 900  # points of the picture
HEIGHT = 1300
MOST_POINTS = 60_000_000  # of a picture before it is made smaller


def limit() -> None:
    """No more memory, time or written bytes than a preview needs."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main(path: str, kind: str) -> None:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_POINTS
    if kind == "pdf":
        import pypdfium2

        page = pypdfium2.PdfDocument(path)[0]
        scale = min(WIDTH / page.get_width(), HEIGHT / page.get_height(), 4)
        picture = page.render(scale=scale).to_pil()
    else:
        picture = Image.open(path, formats=("PNG", "JPEG"))
        picture.draft("RGB", (WIDTH, HEIGHT))
        picture.thumbnail((WIDTH, HEIGHT))
    made = io.BytesIO()
    # Only the points are kept: no text, place or profile of the original goes along.
    picture.convert("RGB").save(made, "PNG")
    sys.stdout.buffer.write(made.getvalue())


if __name__ == "__main__":
    limit()
    main(sys.argv[1], sys.argv[2])
