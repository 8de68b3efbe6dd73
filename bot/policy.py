"""Where models trained before bot/engine look for their policy. Goes with the next training."""

from bot.engine.policy import TurnRulePolicy as TurnRulePolicy
