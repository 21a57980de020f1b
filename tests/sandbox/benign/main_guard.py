# benign: runs only as a program
# policy: strict, project
# expect: ran
# verdicts: OK


def main():
    print("ran")


if __name__ == "__main__":
    main()
