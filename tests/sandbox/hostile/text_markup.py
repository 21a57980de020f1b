# hostile: what a screen might take for markup and an action
# policy: strict
# prints: "[@click=app.quit]x[/] [link=file:///etc/passwd]y[/link] [bold]\n"
# verdicts: OK

print("[@click=app.quit]x[/] [link=file:///etc/passwd]y[/link] [bold]")
