"""Suggesting candidates: strategies, portfolio, runtime prediction and admission."""
