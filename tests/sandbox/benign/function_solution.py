# benign: a method of a class Solution, with the names it expects to be there
# policy: strict
# entry: twoSum
# arguments: [[2, 7, 11, 15], 9]
# expect: [0, 1]
# verdicts: OK

from typing import List


class Solution:
    def twoSum(self, nums: List[int], target: int) -> List[int]:
        seen = {}
        for index, number in enumerate(nums):
            if target - number in seen:
                return [seen[target - number], index]
            seen[number] = index
        return []
