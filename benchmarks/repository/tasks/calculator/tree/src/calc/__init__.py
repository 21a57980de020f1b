from calc.parser import evaluate
from calc.tokens import CalcError

__all__ = ["CalcError", "evaluate"]
