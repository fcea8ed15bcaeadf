"""Dimensions whose every shown value a user must be limited to in analysis."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from metadata.models.categories import Category, CategoryOptionGroupSet


class CategoryConstraint(models.Model):
    """A category of `user.catDimensionConstraints`; kept here, so that users know nothing of categories."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="category_constraint_rows")
    category = models.ForeignKey(Category, models.CASCADE, related_name="+")

    class Meta:
        unique_together = (("user", "category"),)

    def __str__(self) -> str:
        return f"{self.user} by {self.category}"


class GroupSetConstraint(models.Model):
    """A category option group set of `user.cogsDimensionConstraints`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="group_set_constraint_rows")
    category_option_group_set = models.ForeignKey(CategoryOptionGroupSet, models.CASCADE, related_name="+")

    class Meta:
        unique_together = (("user", "category_option_group_set"),)

    def __str__(self) -> str:
        return f"{self.user} by {self.category_option_group_set}"
