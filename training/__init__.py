"""How the bundled model is made: problems, tokenizer, training, export, evaluation."""
