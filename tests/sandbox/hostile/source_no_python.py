# hostile: another language
# policy: strict, project
# verdicts: CE

#include <stdio.h>
int main() { return 0; }
