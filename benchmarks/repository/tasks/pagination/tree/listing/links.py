def links(page, around=1):
    """Numbers of the pages to link to; None stands for a gap."""
    shown = {1, page.pages}
    shown |= {n for n in range(page.number - around, page.number + around + 1) if 1 <= n <= page.pages}
    found = []
    for number in sorted(shown):
        if found and number != found[-1] + 1:
            found.append(None)
        found.append(number)
    return found
