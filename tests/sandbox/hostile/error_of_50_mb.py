# hostile: an error whose text is fifty megabytes
# policy: strict
# verdicts: RE OLE MLE

raise ValueError("x" * 50_000_000)
